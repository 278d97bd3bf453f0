// What the preview names is what changes: each edit of the corpus that can be applied is, from a checkout of its own to a
// stack of its own (namespace todo-corpus), and the objects before and after are compared. Planted secrets are in no output.
// Does not prove: edits that are not in the corpus, nor objects that somebody changes by hand at the same time.
import { strict as assert } from "node:assert";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../../components/preview/report";
import { apply, checkout, SOURCES } from "../corpus/checkout";
import { type Edit, edits } from "../corpus/edits";
import { ROOT } from "../support/mocks";
import { claim, unclaim } from "./claims";

const NAMESPACE = "todo-corpus";
const KINDS =
  "deployments,statefulsets,services,serviceaccounts,configmaps,jobs,poddisruptionbudgets,networkpolicies,horizontalpodautoscalers,ingresses,persistentvolumeclaims";

let folder: string;
/** All that the commands have said. */
const said: string[] = [];

function pulumi(...args: string[]): string {
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "corpus",
    XDG_STATE_HOME: join(folder, "xdg"),
    TODO_DIFF_FILE: join(folder, "reports.json"),
  };
  const all = [...args, "--stack", "corpus", "--non-interactive"];
  const options = { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 26 } as const;
  const { status, stdout, stderr } = spawnSync("pulumi", all, options);
  said.push(stdout, stderr);
  if (status !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** `Deployment x`: its uid and all that is said of it, without what changes by itself. */
function objects(): Map<string, string> {
  const args = ["--context", "todo-on-minikube", "--namespace", NAMESPACE, "get", KINDS, "--output", "json"];
  const { items } = JSON.parse(execFileSync("kubectl", args, { encoding: "utf8", maxBuffer: 1 << 26 }));
  return new Map(
    items.map(({ status: _, ...item }: { status?: unknown; kind: string; metadata: Record<string, unknown> }) => {
      const { resourceVersion: __, managedFields: ___, ...metadata } = item.metadata;
      return [`${item.kind} ${metadata.name}`, JSON.stringify({ ...item, metadata })];
    }),
  );
}

/** What a preview named, hooks left out: Helm makes those anew, and takes them away. */
function predicted(): string[] {
  const reports = JSON.parse(readFileSync(join(folder, "reports.json"), "utf8")) as Report[];
  const marks = { added: "+", changed: "~", removed: "-" };
  const entries = reports.flatMap((report) => report.entries.filter(({ hook }) => hook.length === 0));
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

describe("the preview's prediction", function () {
  this.timeout(180_000);

  before(() => {
    claim(NAMESPACE);
    folder = checkout(SOURCES);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    mkdirSync(join(folder, "state"));
    pulumi("stack", "init");
    pulumi("up", "--yes", "--skip-preview");
  });
  after(() => {
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
  const silent = edits.filter(({ objects: named, hooks = [] }) => named.length + hooks.length === 0);
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
  for (const edit of edits.filter(
    ({ objects: named, hooks = [], notApplied }) => named.length + hooks.length > 0 && !notApplied,
  )) {
    it(`comes true for ${edit.what}`, () => {
      const restore = make(edit);
      try {
        const before = objects();
        pulumi("up", "--yes");
        const named = predicted();
        assert.deepEqual(changed(before, objects()), named);
        for (const object of edit.objects) assert.ok(named.includes(object), `${object} is among ${named.join(", ")}`);
      } finally {
        restore();
      }
    });
  }

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
});
