module todo-on-minikube/oci-runtime

go 1.26.0
