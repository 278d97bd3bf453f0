/** Names the folder of what this machine knows of releases, beside Pulumi's state. */
export const PROGRAM = "todo-on-minikube";
