import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import type { Sections } from "./contract";
import type { Problem } from "./report";

/** What another stack file lays claim to, as it stands there: whether it is valid is seen when that stack is used. */
export interface OtherStack {
  /** Name of the file, e.g. Pulumi.staging.yaml. */
  file: string;
  context?: unknown;
  origin?: unknown;
  nodePort?: unknown;
}

/** The stacks that have a file in a folder, in the order of their names. */
export function stackNames(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/**
 * The other stack files in a folder.
 * One that is not valid YAML claims nothing here. It cannot be deployed either, and once it is mended, its own run
 * finds what it shares with this stack.
 */
export function otherStacks(folder: string, stack: string): OtherStack[] {
  const others = stackNames(folder).filter((name) => name !== stack);
  return others.map((name) => {
    const file = `Pulumi.${name}.yaml`;
    const document = parseDocument(readFileSync(join(folder, file), "utf8"));
    // Pulumi takes `origin` for `todo:origin` too.
    const at = (section: string, ...path: string[]) =>
      document.getIn(["config", `todo:${section}`, ...path]) ?? document.getIn(["config", section, ...path]);
    return {
      file,
      context: at("cluster", "context"),
      origin: at("origin"),
      nodePort: at("frontend", "service", "nodePort"),
    };
  });
}

/** Two stacks at one address in the browser, or on one port of the same cluster's nodes. */
export function clashes({ cluster, origin, frontend }: Partial<Sections>, others: OtherStack[]): Problem[] {
  const problems: Problem[] = [];
  const same = origin && others.find((other) => hostOf(other.origin) === hostOf(origin));
  if (same) {
    const text = `expected an address of its own, found ${origin}, which is also that of ${same.file}`;
    problems.push({ key: "todo:origin", text });
  }
  const neighbours = others.filter(({ context }) => cluster && context === cluster.context);
  const nodePort = frontend?.service.nodePort;
  const taken = nodePort && neighbours.find((other) => other.nodePort === nodePort);
  if (taken) {
    const ports = new Set(others.flatMap((other) => [String(other.nodePort), hostOf(other.origin)?.split(":").at(-1)]));
    let free = nodePort;
    while (ports.has(String(free))) free = free < 32767 ? free + 1 : 30000;
    const found = `found ${nodePort}, which ${taken.file} uses on ${cluster?.context} too; ${free} is free`;
    problems.push({ key: "todo:frontend.service.nodePort", text: `expected a port of its own, ${found}` });
  }
  return problems;
}

/** Host and port: http and https of one host are still one place. */
function hostOf(origin: unknown): string | undefined {
  return typeof origin === "string" && URL.canParse(origin) ? new URL(origin).host : undefined;
}
