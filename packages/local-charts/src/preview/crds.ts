// crds/ of a chart: Helm makes what is there before the first revision of a release, and never looks at it again. No record
// of Helm's has it either, so what an update would leave out is asked of the cluster.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { clusterGet, NotThere } from "../cluster/request.ts";
import { readManifests } from "../kubernetes/manifests.ts";
import { type ChartArgs, releaseKey } from "../render/chart.ts";
import { chartsIn, filesIn } from "../render/chart-files.ts";
import { PATIENCE_MS } from "./deployed.ts";
import type { Basis } from "./report.ts";

/** A CustomResourceDefinition of `crds/`; whether the cluster has it, or why that could not be asked. */
export interface Definition {
  name: string;
  there: boolean | string;
}

/** Those of charts and of the charts inside them, by releaseKey; asked in a preview only. Never fails. */
export async function readDefinitions(
  context: string,
  charts: Pick<ChartArgs, "chart" | "namespace" | "release">[],
): Promise<Map<string, Definition[]>> {
  if (!pulumi.runtime.isDryRun()) return new Map();
  const asked = charts.map(async (chart) => {
    const names = [...new Set(namesIn(resolve(chart.chart)))];
    return [releaseKey(chart), await Promise.all(names.map((name) => ask(context, name)))] as const;
  });
  return new Map(await Promise.all(asked));
}

async function ask(context: string, name: string): Promise<Definition> {
  try {
    await clusterGet(context, `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, PATIENCE_MS);
    return { name, there: true };
  } catch (error) {
    return { name, there: error instanceof NotThere ? false : (error as Error).message };
  }
}

function namesIn(chart: string): string[] {
  const files = chartsIn(chart).flatMap((folder) => filesIn(join(folder, "crds"), true));
  return files.flatMap((file) => {
    try {
      const objects = readManifests(readFileSync(file, "utf8"), "skip");
      return objects.flatMap(({ kind, metadata }) => (kind === "CustomResourceDefinition" ? metadata.name : []));
    } catch {
      // Helm says what is wrong with the file when it installs it.
      return [];
    }
  });
}

/** What a preview says of them, a line each: what a first install makes, and what no update will. */
export function definitionLines(definitions: Definition[], from: Basis["from"]): string[] {
  return definitions.flatMap(({ name, there }) => {
    const title = `CustomResourceDefinition ${name} of crds/`;
    if (from === "nothing" && there === false) return `+ ${title}, which Helm never changes or removes`;
    if (from !== "deployed" || there === true) return [];
    const found = there === false ? "is not in the cluster" : `could not be asked for (${there})`;
    return `! ${title} ${found}, and Helm makes it with a first install alone: move it to templates/, or apply it yourself`;
  });
}
