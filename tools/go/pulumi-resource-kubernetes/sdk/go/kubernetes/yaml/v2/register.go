package v2

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource registers an object of any kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	if !strings.Contains(apiVersion, "/") {
		apiVersion = "core/" + apiVersion // Pulumi's name of the group that Kubernetes leaves nameless
	}
	var resource pulumi.CustomResourceState
	err := ctx.RegisterResource("kubernetes:"+apiVersion+":"+kind, name, props, &resource, opts...)
	return &resource, err
}
