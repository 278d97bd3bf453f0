module todo-on-minikube/pause

go 1.26.0
