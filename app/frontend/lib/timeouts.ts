/**
 * How long the page's server waits for the backend, in milliseconds. The chat's is longer than the backend's own limit,
 * so that the backend's reason reaches the page.
 */
export const timeouts = { chat: 40_000, other: 10_000 };

/**
 * How much longer the page waits for its server than the server for the backend. Without a limit, a request on a
 * connection that a restarted cluster has forgotten would hang for minutes.
 */
export const pagePatience = 2_000;
