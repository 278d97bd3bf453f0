// Command pulumi-resource-kubernetes serves Pulumi's published Kubernetes provider module.
//
// The module carries no schema (the release embeds it); only code generators ask for one, and a deployment never does.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// The required module is the commit just before this release. Keep it equal to tools.yaml and to @pulumi/kubernetes.
const version = "4.30.0"

func main() {
	schema := []byte(`{"name":"kubernetes","version":"` + version + `","resources":{},"functions":{},"types":{}}`)
	terraformMapping := []byte(`{}`)
	provider.Serve("kubernetes", version, schema, terraformMapping)
}
