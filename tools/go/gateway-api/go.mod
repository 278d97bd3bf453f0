// The definitions of the Gateway API are files of this module. No package of it is compiled, so `go mod tidy` would take it
// away: renew it with `go mod edit -require` and `go mod download`.
module todo-on-minikube/gateway-api

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.1
