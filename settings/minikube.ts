// The one cluster that is known before it is asked: the project's own Minikube profile.

/** Its name, and that of its context. */
export const profile = "todo-on-minikube";

/**
 * Node ports that are published on 127.0.0.1. Docker publishes ports only when a container is made, so the whole range
 * that environments may use is taken at once; a stack's NodePort has to lie in it to be reachable from the browser.
 */
export const publishedPorts = [30300, 30301, 30302, 30303, 30080, 30443];
