// Package shim opens the Terraform random provider to the bridge: the provider lives in an internal package, which a
// module may import only from a path below its own parent. Hence this module's name.
package shim

import (
	"github.com/hashicorp/terraform-plugin-framework/provider"
	random "github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// NewProvider returns the unbridged provider.
func NewProvider() provider.Provider { return random.New() }
