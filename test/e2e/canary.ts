// An environment of its own for a test, beside the others of the cluster: a copy of the checkout with one stack file more.
import { strict as assert } from "node:assert";
import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { Checkout } from "./checkout.ts";
import { claim, claimNodePort, unclaim } from "./claims.ts";
import { dev, ended, type Place, placeOf } from "./cluster.ts";
import { evidenceOf } from "./evidence.ts";
import type { Texts } from "./secret-search.ts";

const stack = "canary";
const namespace = `todo-${stack}`;
const NODE_PORT = 30303;
export const origin = `http://localhost:${NODE_PORT}`;
/** Stands in the stack file, where no edit of a value may remove it. */
export const COMMENT = "# Kept by every edit.";

/** The copy, with nothing deployed yet. */
export function canaryEnvironment(): Place {
  const file = `Pulumi.${stack}.yaml`;
  assert.ok(!fs.existsSync(join(dev.folder, file)), `${file}: the tests use a stack of this name; rename yours`);
  claim(namespace);
  claimNodePort(NODE_PORT);
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
  config.setIn(["config", "todo:frontend", "service", "nodePort"], NODE_PORT);
  // Nothing listens there on this machine: the chat fails, after it has used its key.
  config.setIn(["config", "todo:backend", "openaiBaseUrl"], "http://host.minikube.internal:9/v1");
  fs.writeFileSync(join(folder, `Pulumi.${stack}.yaml`), `${config.toString({ lineWidth: 0 })}${COMMENT}\n`);
}

/** `pulumi up`, and the arguments of all processes that there were while it ran. */
export async function watchedUp(place: Place): Promise<Texts> {
  const words = ["pulumi", "up", "--stack", stack, "--yes", "--skip-preview", "--diff"];
  const update = spawn(words[0], words.slice(1), {
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
  const status = await new Promise<number | null>((done) => update.on("close", done)).finally(() =>
    clearInterval(timer),
  );
  // The environment is removed when this has failed: what there was of it belongs to the failure.
  if (status !== 0) throw ended(words, { status, stdout: output, stderr: evidenceOf(namespace) });
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
  const workloadPods = items.filter(
    ({ metadata }) =>
      !metadata.deletionTimestamp && ["ReplicaSet", "StatefulSet"].includes(metadata.ownerReferences?.[0].kind ?? ""),
  );
  const entries = workloadPods.map(({ metadata }) => [metadata.labels["app.kubernetes.io/instance"], metadata.uid]);
  assert.equal(entries.length, 3, "expected one pod of each release");
  return Object.fromEntries(entries);
}
