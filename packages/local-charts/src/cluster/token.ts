import { clusterRequest } from "./request.ts";

/** By which somebody is a ServiceAccount for some time. */
export interface Token {
  token: string;
  /** ISO 8601; the API server may shorten what it was asked for. */
  until: string;
}

const PATIENCE_MS = 10_000;

/** A token of the API server's TokenRequest: no Secret holds it. @throws Error in a few words */
export async function tokenOf(context: string, namespace: string, account: string, seconds: number): Promise<Token> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const body = {
    ...{ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest" },
    spec: { expirationSeconds: seconds },
  };
  const answer = await clusterRequest(context, path, { milliseconds: PATIENCE_MS, method: "POST", body });
  const { token, expirationTimestamp: until } = (answer as { status: { token: string; expirationTimestamp: string } })
    .status;
  return { token, until };
}
