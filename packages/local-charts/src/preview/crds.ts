// crds/ of a chart: Helm makes what is there before the first revision of a release, and never looks at it again. No record
// of Helm's has it either, so what an update would leave out is asked of the cluster.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { clusterGet, NotThere } from "../cluster/request.ts";
import { readManifests } from "../kubernetes/manifests.ts";
import type { KubernetesObject } from "../kubernetes/object.ts";
import { type ChartArgs, type ChartObjects, releaseKey } from "../render/chart.ts";
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
    const names = [...new Set(definitionsIn(chart).map(({ metadata }) => metadata.name))];
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

/** Those of a chart's `crds/`, and of the charts inside it. */
export function definitionsIn({ chart }: Pick<ChartArgs, "chart">): KubernetesObject[] {
  const files = chartsIn(resolve(chart)).flatMap((folder) => filesIn(join(folder, "crds"), true));
  return files.flatMap((file) => {
    try {
      return readManifests(readFileSync(file, "utf8"), "skip").filter(isDefinition);
    } catch {
      // Helm says what is wrong with the file when it installs it.
      return [];
    }
  });
}

/** Kinds that charts define, in `crds/` or a template, as groupKind has them. */
export function kindsDefinedBy(charts: ChartObjects[]): Set<string> {
  const definitions = charts.flatMap((chart) => [...definitionsIn(chart), ...chart.objects.filter(isDefinition)]);
  return new Set(
    definitions.map(({ spec }) => {
      const { group, names } = (spec ?? {}) as { group?: string; names?: { kind?: string } };
      return `${group}/${names?.kind}`;
    }),
  );
}

const isDefinition = ({ kind }: KubernetesObject) => kind === "CustomResourceDefinition";

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
