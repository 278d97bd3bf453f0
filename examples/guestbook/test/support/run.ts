// index.ts under Pulumi's mocks, on a copy of the charts that a test may edit, really rendered by the `helm` on PATH.
import { strict as assert } from "node:assert";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { helmTemplate } from "local-charts";
import { parse } from "yaml";

const PROGRAM = resolve(import.meta.dirname, "../..");

export interface Run {
  /** In a file of charts/, what is replaced by what. */
  edits?: [file: string, from: string, to: string][];
  /** Config other than the defaults of Pulumi.yaml. */
  config?: Record<string, string>;
  /** The cluster that a preview compares with. Default: none that answers. */
  kubeconfig?: string;
  /** Default: true */
  preview?: boolean;
}

export interface Outcome {
  /** Inputs by `type name`. */
  resources: Record<string, Record<string, unknown>>;
  /** What was told below each resource. */
  told: Record<string, string>;
}

export async function run({
  edits = [],
  config = {},
  kubeconfig = "/dev/null",
  preview = true,
}: Run = {}): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "guestbook-"));
  const [cwd, { KUBECONFIG, XDG_STATE_HOME }, { info, warn }] = [process.cwd(), process.env, pulumi.log];
  const [resources, told]: [Outcome["resources"], Outcome["told"]] = [{}, {}];
  const tell: typeof pulumi.log.info = async (text, resource) => {
    told[(resource as unknown as { __name?: string })?.__name ?? ""] = text;
  };
  try {
    cpSync(join(PROGRAM, "charts"), join(folder, "charts"), { recursive: true });
    for (const [file, from, to] of edits) {
      const text = readFileSync(join(folder, "charts", file), "utf8");
      assert.ok(text.includes(from), `${file} has no ${from}`);
      writeFileSync(join(folder, "charts", file), text.replace(from, to));
    }
    process.chdir(folder);
    Object.assign(process.env, { KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(folder, "state") });
    Object.assign(pulumi.log, { info: tell, warn: tell });
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          resources[`${type} ${name}`] = inputs;
          return { id: `${name}-id`, state: inputs };
        },
        call: async ({ inputs }) => {
          const rendered = helmTemplate(folder)(JSON.parse(inputs.jsonOpts));
          // The SDK hands on what an error of the engine has in this field.
          return { result: await rendered.catch((error) => Promise.reject({ details: error.message })) };
        },
      },
      "guestbook",
      "dev",
      preview,
    );
    const all = { ...defaults(), storePassword: "a-canary", ...config };
    const keyed = Object.entries(all).map(([name, value]) => [`guestbook:${name}`, String(value)]);
    pulumi.runtime.setAllConfig(Object.fromEntries(keyed), ["guestbook:storePassword"]);
    await pulumi.runtime.runInPulumiStack(require(join(PROGRAM, "index.ts")));
    await pulumi.runtime.disconnect();
    return { resources, told };
  } finally {
    process.chdir(cwd);
    Object.assign(pulumi.log, { info, warn });
    for (const [name, value] of Object.entries({ KUBECONFIG, XDG_STATE_HOME })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  }
}

function defaults(): Record<string, unknown> {
  const { config } = parse(readFileSync(join(PROGRAM, "Pulumi.yaml"), "utf8"));
  return Object.fromEntries(
    Object.entries<{ default?: unknown }>(config).flatMap(([name, { default: value }]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
