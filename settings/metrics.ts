// Metrics for Prometheus: which services serve them where, and who may ask. What a section says of its own: service-metrics.ts.
import { z } from "zod";
import { dnsLabel, NO_PORT, text, truth } from "./fields.ts";
import { MONITORING } from "./monitoring.ts";
import type { Problem } from "./problems.ts";
import { OWN_PORT } from "./service-metrics.ts";
import { type ServiceSections, type StackService, servicesOf } from "./services.ts";

/** The section `todo:metrics`. */
export const metrics = z
  .strictObject({
    enabled: truth()
      .prefault(true)
      .describe("Whether services serve metrics, and their pods say where, by the annotations prometheus.io/…"),
    namespace: dnsLabel("monitoring")
      .default(MONITORING.namespace)
      .describe("Where the scraper is; with todo:networkPolicies wired nobody else reaches the metrics' ports"),
    operator: truth()
      .prefault(false)
      .describe("Whether there are a PodMonitor and a PrometheusRule too, for a cluster with the Prometheus operator"),
    labels: z
      .record(z.string(), text("the text of a label", /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/))
      .default({ release: "kube-prometheus-stack" })
      .describe("Labels of these two, by which the operator's Prometheus selects them"),
  })
  .prefault({});

type MetricsSettings = z.output<typeof metrics>;

/** Where a service serves metrics; undefined where it does not. */
export function metricsOf(
  { service, settings }: StackService,
  { enabled }: MetricsSettings,
): { port: number; path: string } | undefined {
  const isOwn = settings.image.repository === service.source?.repository;
  const { port = isOwn ? OWN_PORT : NO_PORT, path } = settings.metrics;
  return enabled && port !== NO_PORT ? { port, path } : undefined;
}

/** What of metrics contradicts itself. */
export function metricsProblems(sections: ServiceSections & { metrics?: MetricsSettings }): Problem[] {
  const { metrics } = sections;
  if (!metrics) return [];
  const taken = servicesOf(sections).flatMap((one): Problem[] => {
    const { port } = metricsOf(one, metrics) ?? {};
    if (port === undefined || port !== one.settings.port) return [];
    const why = `that of todo:${one.key}.port, which everybody reaches`;
    return [
      { key: `todo:${one.key}.metrics.port`, text: `expected a port of its own, or none, found ${port}, ${why}` },
    ];
  });
  if (metrics.enabled || !metrics.operator) return taken;
  const fix = "`pulumi config rm --path todo:metrics.operator -s {stack}`";
  const text = `expected false, because todo:metrics.enabled is false, found true; ${fix}`;
  return [...taken, { key: "todo:metrics.operator", text }];
}
