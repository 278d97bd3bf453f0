import { z } from "zod";
import { metricsPort, path } from "./fields.ts";

/** Where the images of this project serve their metrics. */
export const OWN_PORT = 9464;

/** What every service's section says of them. */
export function serviceMetrics(ownImage: boolean) {
  const otherwise = ownImage
    ? `without it ${OWN_PORT} for the images that are made here, and none for others`
    : "without it none";
  return z
    .strictObject({
      port: metricsPort().describe(`Port of the container on which it serves metrics, or none; ${otherwise}`),
      path: path("/metrics").default("/metrics").describe("Path of the metrics on that port"),
    })
    .prefault({})
    .describe("Where it serves metrics for Prometheus");
}
