// The corpus of edits on a cluster: from a checkout of its own to a stack of its own (namespace todo-corpus), the objects
// before and after compared.
import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HISTORY, REPORT_FILE_VARIABLE, type Report } from "local-charts/objects";
import { apply, checkout, NODE_PORT, SOURCES } from "../../corpus/checkout.ts";
import type { Edit } from "../../corpus/edits.ts";
import { ROOT } from "../../support/mocks.ts";
import { claim, claimNodePort, unclaim } from "../claims.ts";

const NAMESPACE = "todo-corpus";
const KINDS =
  "deployments,statefulsets,services,serviceaccounts,configmaps,jobs,cronjobs,poddisruptionbudgets,networkpolicies,horizontalpodautoscalers,ingresses,persistentvolumeclaims";

/** How the name of a ConfigMap ends that the charts make for one content. */
const CONFIG = /-config-[0-9a-f]{10}$/;

let folder: string;
/** All that the commands have said. */
const said: string[] = [];

function pulumi(...args: string[]): string {
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "corpus",
    XDG_STATE_HOME: join(folder, "xdg"),
    [REPORT_FILE_VARIABLE]: join(folder, "reports.json"),
  };
  const all = [...args, "--stack", "corpus", "--non-interactive"];
  const options = { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync("pulumi", all, options);
  said.push(stdout, stderr);
  if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** `Deployment x`: its uid and all that is said of it, without what changes by itself, and what is only noted there. */
function objects(): Map<string, string> {
  const args = ["--context", "todo-on-minikube", "--namespace", NAMESPACE, "get", KINDS, "--output", "json"];
  const { items } = JSON.parse(execFileSync("kubectl", args, { encoding: "utf8", maxBuffer: 1 << 26 }));
  const charts = items.filter(({ metadata }: { metadata: { name: string } }) => metadata.name !== HISTORY);
  return new Map(
    charts.map(({ status: _, ...item }: { status?: unknown; kind: string; metadata: Record<string, unknown> }) => {
      const { resourceVersion: __, managedFields: ___, ...metadata } = item.metadata;
      return [`${item.kind} ${metadata.name}`, JSON.stringify({ ...item, metadata })];
    }),
  );
}

/** What a preview named, hooks left out: Helm makes those anew, and takes them away. */
function predicted(): string[] {
  const reports = JSON.parse(readFileSync(join(folder, "reports.json"), "utf8")) as Report[];
  const marks = { added: "+", changed: "~", removed: "-" };
  const entries = reports
    .flatMap((report) => report.entries.filter(({ hook }) => hook.length === 0))
    // Of what Helm forgets and leaves, as its annotation says, the preview says that it stays.
    .filter(
      ({ what, notes }) => !(what === "removed" && notes.some((note) => note.startsWith("stays in the cluster"))),
    );
  return entries.map(({ what, object }) => `${marks[what]} ${object}`).sort();
}

function changed(before: Map<string, string>, after: Map<string, string>): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names
    .flatMap((name) => {
      if (!before.has(name)) return `+ ${name}`;
      if (!after.has(name)) return `- ${name}`;
      return before.get(name) === after.get(name) ? [] : `~ ${name}`;
    })
    .sort();
}

/** Makes edits; answers with how to take them back. */
function make(...list: Edit[]): () => void {
  const restore = list.map((edit) => {
    const path = join(folder, edit.file);
    const original = existsSync(path) ? readFileSync(path, "utf8") : undefined;
    apply(folder, edit);
    return () => {
      if (edit.moveTo) rmSync(join(folder, edit.moveTo));
      if (original === undefined) rmSync(path);
      else writeFileSync(path, original);
    };
  });
  return () => {
    for (const each of restore) each();
  };
}

/** Whether an edit changes an object, a hook included. */
export const isShown = ({ objects: named, hooks = [] }: Edit) => named.length + hooks.length > 0;

/** A group of tests that makes these edits; of those that change an object but cannot be applied it makes none. */
export function predictionFor(title: string, edits: Edit[], more: () => void = () => undefined): void {
  describe(title, function () {
    this.timeout(600_000);

    before(() => {
      claim(NAMESPACE);
      claimNodePort(Number(NODE_PORT));
      folder = checkout(SOURCES, ROOT);
      symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
      mkdirSync(join(folder, "state"));
      pulumi("stack", "init");
      pulumi("up", "--yes", "--skip-preview");
    });
    after(() => {
      if (!folder) return;
      try {
        pulumi("destroy", "--yes", "--skip-preview");
      } finally {
        unclaim(NAMESPACE);
        rmSync(folder, { recursive: true });
      }
    });

    it("is nothing when nothing is edited", () => {
      pulumi("preview", "--expect-no-changes");
      assert.deepEqual(predicted(), []);
    });

    // As many at once as there are files for.
    const silent = edits.filter((edit) => !isShown(edit));
    const groups: Edit[][] = [];
    for (const edit of silent) {
      const group = groups.find((each) => each.every(({ file }) => file !== edit.file));
      if (group) group.push(edit);
      else groups.push([edit]);
    }
    for (const group of groups) {
      it(`is nothing for ${group.map(({ what }) => what).join("; ")}`, () => {
        const restore = make(...group);
        try {
          pulumi("preview", "--expect-no-changes");
          assert.deepEqual(predicted(), []);
        } finally {
          restore();
        }
      });
    }

    // Each edit takes back the one before it, so that what is predicted and what happens is that of both.
    for (const edit of edits.filter((each) => isShown(each) && !each.notApplied)) {
      it(`comes true for ${edit.what}`, () => {
        const restore = make(edit);
        try {
          const before = objects();
          pulumi("up", "--yes");
          const named = predicted();
          // A ConfigMap is made for one content, and one of an older content stays while a pod can be brought back with it, or
          // is there again: which one is in use, the Deployment that changes says.
          const lasting = (all: string[]) => all.filter((object) => !CONFIG.test(object));
          assert.deepEqual(lasting(changed(before, objects())), lasting(named));
          const called = named.map((object) => object.replace(CONFIG, "-config"));
          for (const object of edit.objects)
            assert.ok(called.includes(object), `${object} is among ${called.join(", ")}`);
        } finally {
          restore();
        }
      });
    }

    more();
  });
}

/** Tests that plant secrets in a chart and search for them in all that was said. */
export function plantedSecrets(): void {
  it("holds no secret that was planted in a chart: added, changed, removed", () => {
    const word = "hunter-two";
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const planted = (version: string) => {
      const value = `${word}${version}`;
      return [
        `apiVersion: v1\nkind: Secret\nmetadata: { name: planted }\nstringData: { a: ${value} }\ndata: { b: ${base64(value)} }\n`,
        `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: planted }\ndata:\n  password: ${value}\n  url: amqp://x:${value}@mq\n` +
          `  list: '["--token", "${value}"]'\n  blob: ${base64(`{"password": "${value}"}`)}\n`,
      ].join("---\n");
    };
    const file = join(folder, "helm/todo-backend/templates/planted.yaml");
    for (const version of ["1", "2"]) {
      writeFileSync(file, planted(version));
      pulumi("preview", "--diff");
      pulumi("up", "--yes");
      said.push(readFileSync(join(folder, "reports.json"), "utf8"));
      assert.ok(predicted().some((line) => line.endsWith("Secret planted")));
    }
    rmSync(file);
    pulumi("up", "--yes", "--diff");
    said.push(
      readFileSync(join(folder, "xdg/todo-on-minikube/deployed", NAMESPACE, "todo-backend-corpus.json"), "utf8"),
    );
    const forms = ["1", "2"].flatMap((version) => [
      word,
      base64(`${word}${version}`),
      base64(`{"password": "${word}${version}"}`),
    ]);
    const text = said.join("\n");
    assert.deepEqual(
      forms.filter((form) => text.includes(form)),
      [],
    );
  });
}
