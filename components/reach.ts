// Where browsers come in, and by which of the cluster's ways.
import type { Entrance } from "local-charts";
import { HTTPS_ONLY, isServedByTraefik, profile } from "../settings/minikube.ts";
import { pageOf } from "../settings/reach.ts";
import type { Settings } from "../settings.ts";
import { releaseName } from "./release.ts";
import type { Reach } from "./service-values.ts";

const pageName = (settings: Settings) => pageOf(settings)?.name ?? "frontend";

/** Where browsers come in: the page first. */
export function entrancesOf(settings: Settings): [Entrance, ...Entrance[]] {
  const { environment, origin, backend } = settings;
  return [
    entrance(pageName(settings), environment, origin, "todo:origin"),
    ...(backend?.origin ? [entrance("backend", environment, backend.origin, "todo:backend.origin")] : []),
  ];
}

const entrance = (
  service: "frontend" | "backend",
  environment: string,
  origin: string,
  originKey: string,
): Entrance => ({
  ...{ release: releaseName(`todo-${service}`, environment), origin, originKey },
  nodePortKey: `todo:${service}.service.nodePort`,
});

/**
 * How browsers reach a service through a controller of the cluster; undefined where they do not.
 * @param made the Secret with the certificate that the settings give
 */
export function reachOf(settings: Settings, key: string, made?: string): Reach | undefined {
  const { origin, backend } = settings;
  const { context, ingressClass, tlsSecret, gateway } = settings.cluster;
  if (!ingressClass && !gateway) return undefined;
  const own = key === "backend" ? { origin: backend?.origin, paths: backend?.paths } : {};
  if (key !== pageName(settings) && !own.origin && !own.paths) return undefined;
  const { hostname: host, protocol } = new URL(own.origin ?? origin);
  const certificate = (protocol === "https:" && (made ?? tlsSecret)) || undefined;
  const ways = { host, paths: own.paths, ingressClass, tlsSecret: certificate, gateway };
  if (protocol !== "https:" || context !== profile || !isServedByTraefik(settings.cluster)) return ways;
  if (!gateway) return { ...ways, annotations: HTTPS_ONLY };
  return { ...ways, gateway: { ...gateway, listener: gateway.listener ?? "https" } };
}
