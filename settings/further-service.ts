import { z } from "zod";
import { command, pathOrNone, portOrNone } from "./fields.ts";
import { image } from "./image.ts";
import { common, ready } from "./service.ts";

/** A service beside the API and the pages, such as a worker, a queue or a cache: one of the map `todo:services`. */
export const furtherService = z.strictObject({
  image,
  port: portOrNone().describe("Port of the container and of its Service; without one, or with none, it has no Service"),
  health: pathOrNone()
    .default(false)
    .describe("Path that all probes ask; false asks only whether the port accepts connections"),
  ready: ready(),
  healthCommand: command().optional().describe("What all probes run in the container, instead of asking its port"),
  ...common({
    requests: { cpu: "100m", memory: "128Mi" },
    limits: { cpu: "250m", memory: "512Mi" },
    testScript: "a script of sh that asks health",
    opensAnyway: "",
    ownImage: false,
  }),
});

export type FurtherServiceSettings = z.output<typeof furtherService>;
