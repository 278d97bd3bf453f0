// An environment of its own for a test, beside the others of the cluster: a copy of the checkout with one stack file more.
import { strict as assert } from "node:assert";
import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { Checkout } from "./checkout";
import { claim, unclaim } from "./claims";
import { dev, type Place, placeOf } from "./cluster";
import type { Texts } from "./secret-search";

const stack = "canary";
const namespace = `todo-${stack}`;
export const origin = "http://localhost:30303";
/** Stands in the stack file, where no edit of a value may remove it. */
export const COMMENT = "# Kept by every edit.";

/** The copy, with nothing deployed yet. */
export function canaryEnvironment(): Place {
  const file = `Pulumi.${stack}.yaml`;
  assert.ok(!fs.existsSync(join(dev.folder, file)), `${file}: the tests use a stack of this name; rename yours`);
  claim(namespace);
  const { folder, passphrase } = new Checkout("a passphrase of the test's own");
  writeStackFile(folder);
  const place = placeOf(stack, folder, { PULUMI_CONFIG_PASSPHRASE: passphrase });
  place.run("", "pulumi", "stack", "init", stack);
  return place;
}

/** Removes the environment, also when it is half made, and the copy. */
export function removeCanary(place: Place): void {
  try {
    place.pulumi("destroy", "--yes", "--skip-preview");
  } finally {
    unclaim(namespace);
    fs.rmSync(place.folder, { recursive: true });
  }
}

/** dev's, at an address of its own. */
function writeStackFile(folder: string): void {
  const config = parseDocument(fs.readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8"));
  // What belongs to dev alone.
  config.delete("encryptionsalt");
  for (const name of ["databaseUrl", "secretKey", "authSecret", "openaiApiKey", "generations"]) {
    config.deleteIn(["config", `todo:${name}`]);
  }
  config.setIn(["config", "todo:origin"], origin);
  config.setIn(["config", "todo:frontend", "service", "nodePort"], 30303);
  // Nothing listens there: the chat fails, after it has used its key.
  config.setIn(["config", "todo:backend", "openaiBaseUrl"], "http://127.0.0.1:9/v1");
  fs.writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `${config.toString({ lineWidth: 0 })}${COMMENT}\n`);
}

/** `pulumi up`, and the arguments of all processes that there were while it ran. */
export async function watchedUp(place: Place): Promise<Texts> {
  const args = ["up", "--stack", stack, "--yes", "--skip-preview", "--diff"];
  const update = spawn("pulumi", args, {
    cwd: place.folder,
    env: { ...process.env, ...place.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [update.stdout, update.stderr]) stream.on("data", (chunk) => (output += chunk));
  const processes = new Set<string>();
  const sample = () =>
    execFile("ps", ["-A", "-ww", "-o", "args="], { maxBuffer: 2 ** 26 }, (_, text) => {
      for (const line of text.split("\n")) processes.add(line);
    });
  const timer = setInterval(sample, 100);
  const status = await new Promise((done) => update.on("close", done)).finally(() => clearInterval(timer));
  assert.equal(status, 0, output);
  const lines = [...processes].join("\n");
  assert.match(lines, /^pulumi up /m, "the update itself was not seen among the processes");
  return { "output of up": output, "arguments of processes": lines };
}

/** The uid of each release's pod. */
export function podUids({ kubectl }: Place): Record<string, string> {
  const { items } = JSON.parse(kubectl("get", "pods", "--output", "json")) as {
    items: {
      metadata: {
        uid: string;
        labels: Record<string, string>;
        deletionTimestamp?: string;
        ownerReferences?: { kind: string }[];
      };
    }[];
  };
  const lasting = items.filter(
    ({ metadata }) =>
      !metadata.deletionTimestamp && ["ReplicaSet", "StatefulSet"].includes(metadata.ownerReferences?.[0].kind ?? ""),
  );
  const entries = lasting.map(({ metadata }) => [metadata.labels["app.kubernetes.io/instance"], metadata.uid]);
  assert.equal(entries.length, 3, "expected one pod of each release");
  return Object.fromEntries(entries);
}
