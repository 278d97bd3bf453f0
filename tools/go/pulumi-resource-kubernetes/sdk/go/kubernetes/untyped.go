// Package kubernetes and those below it are what Pulumi's Kubernetes provider uses of its own generated SDK: these types and
// one function, where the whole is 1,700 kinds in 68 packages. The components that it serves (helm.sh/v4 Chart, yaml/v2
// ConfigGroup and ConfigFile) register each object without its Go type, which no other process ever sees.
// It has what the provider in ../go.mod names; a newer one that names more does not compile, and wants it added here.
package kubernetes

import "reflect"

// UntypedArgs are an object as it stands in a manifest.
type UntypedArgs map[string]any

func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
