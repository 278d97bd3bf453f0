// The backups of PostgreSQL: the CronJob and its volume, and what its script does with a pg_dump and a pg_restore that end as
// each test says. Not proved here: that PostgreSQL's own make and read a dump (test/e2e/backup.test.ts).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { one, render, type Values } from "./render.ts";
import { least } from "./values.ts";

const rendered = (backup: Values = {}, more: Values = {}) =>
  render("todo-postgres", { ...least["todo-postgres"], backup: { enabled: true, ...backup }, ...more });

describe("backups", () => {
  it("are off by default", async () => {
    const kinds = (await render("todo-postgres", least["todo-postgres"])).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => ["CronJob", "PersistentVolumeClaim"].includes(kind)),
      [],
    );
  });

  it("are made one at a time, each in its time, and leave a few Jobs", async () => {
    const { jobTemplate, ...spec } = one(await rendered(), "CronJob").spec;
    assert.deepEqual(spec, {
      schedule: "17 3 * * *",
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { template, ...job } = jobTemplate.spec;
    assert.deepEqual(job, { backoffLimit: 2, activeDeadlineSeconds: 3600 });
    assert.deepEqual([template.spec.restartPolicy, template.spec.terminationGracePeriodSeconds], ["Never", 10]);
  });

  it("write to a volume of their own, which stays, and besides to /tmp alone", async () => {
    const objects = await rendered({ persistence: { size: "5Gi", storageClassName: "fast" } });
    const { metadata, spec } = one(objects, "PersistentVolumeClaim");
    assert.deepEqual(metadata.annotations, { "helm.sh/resource-policy": "keep" });
    const resources = { requests: { storage: "5Gi" } };
    assert.deepEqual(spec, { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources });
    const pod = one(objects, "CronJob").spec.jobTemplate.spec.template.spec;
    assert.deepEqual(pod.volumes, [
      { name: "backups", persistentVolumeClaim: { claimName: metadata.name } },
      { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
    ]);
    assert.deepEqual(pod.containers[0].volumeMounts, [
      { name: "backups", mountPath: "/backups" },
      { name: "tmp", mountPath: "/tmp" },
    ]);
  });

  it("are of the database that the server has, with the password of its Secret", async () => {
    const [{ env, image }] = one(await rendered({ keep: 2, activeDeadlineSeconds: 90 }), "CronJob").spec.jobTemplate
      .spec.template.spec.containers;
    assert.equal(image, "docker.io/library/postgres:17");
    assert.deepEqual(env, [
      { name: "KEEP", value: "2" },
      { name: "DEADLINE_SECONDS", value: "90" },
      { name: "PGHOST", value: "todo-postgres-test" },
      { name: "PGPORT", value: "5432" },
      { name: "PGUSER", value: "todo" },
      { name: "PGDATABASE", value: "todo" },
      { name: "PGCONNECT_TIMEOUT", value: "10" },
      {
        name: "PGPASSWORD",
        valueFrom: { secretKeyRef: { name: "todo-postgres-secrets", key: "POSTGRES_PASSWORD" } },
      },
    ]);
  });

  it("have a name that leaves a CronJob's Jobs theirs, however long the release's is", async () => {
    const objects = await rendered({}, { fullnameOverride: "x".repeat(52) });
    for (const kind of ["CronJob", "PersistentVolumeClaim"]) {
      assert.equal(one(objects, kind).metadata.name, `${"x".repeat(45)}-backup`);
    }
  });
});

describe("a backup", () => {
  let folder: string;
  let script: string;
  const at = (...path: string[]) => join(folder, ...path);
  const backups = () => readdirSync(at("backups")).sort();
  const program = (name: string, ...lines: string[]) =>
    writeFileSync(at("bin", name), `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  const made = (day: number) => `todo-202601${String(day).padStart(2, "0")}T031700Z.dump`;
  const put = (...names: string[]) => {
    for (const name of names) writeFileSync(at("backups", name), "an older one");
  };
  /** Runs the script as its container does, on another folder. */
  const run = (keep = 2) => {
    const env = {
      PATH: `${at("bin")}:${process.env.PATH}`,
      PGDATABASE: "todo",
      KEEP: String(keep),
      DEADLINE_SECONDS: "120",
    };
    return new Promise<{ code: unknown; said: string[] }>((done) => {
      execFile("sh", ["-c", script], { env }, (error, stdout, stderr) => {
        done({ code: error?.code ?? 0, said: `${stdout}${stderr}`.trim().split("\n") });
      });
    });
  };

  before(async () => {
    const [{ command }] = one(await rendered(), "CronJob").spec.jobTemplate.spec.template.spec.containers;
    assert.deepEqual(command.slice(0, 2), ["sh", "-c"]);
    script = command[2];
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backup-"));
    for (const name of ["bin", "backups"]) mkdirSync(at(name));
    program("date", `case "$1" in +%s) echo 1000 ;; *) echo 20260131T031700Z ;; esac`);
    program("pg_dump", `for word; do case "$word" in --file=*) echo dumped >"\${word#--file=}" ;; esac; done`);
    program("pg_restore", `case "$1" in --list) echo '1; 2 3 TABLE DATA public todos todo' ;; esac`);
    program("pg_isready");
    script = script.replaceAll("cd /backups", `cd '${at("backups")}'`);
  });
  afterEach(() => {
    script = script.replaceAll(`cd '${at("backups")}'`, "cd /backups");
    rmSync(folder, { recursive: true });
  });

  it("has its name when it is whole, and says how large it is, how long it took, and which was before it", async () => {
    assert.deepEqual(await run(), { code: 0, said: [`${made(31)}: 7 bytes in 0 s, 1 tables; before it: none`] });
    put(made(2));
    assert.deepEqual((await run()).said, [`${made(31)}: 7 bytes in 0 s, 1 tables; before it: ${made(31)}`]);
    assert.deepEqual(backups(), [made(2), made(31)]);
  });

  it("takes the place of the oldest, and of nothing that it has not made", async () => {
    put(made(3), made(1), made(2), "todo.dump", "other-20260101T031700Z.dump");
    const { said } = await run();
    assert.deepEqual(said, [
      `${made(2)}: removed, as 2 newer ones are there`,
      `${made(1)}: removed, as 2 newer ones are there`,
      `${made(31)}: 7 bytes in 0 s, 1 tables; before it: ${made(3)}`,
    ]);
    assert.deepEqual(backups(), ["other-20260101T031700Z.dump", made(3), made(31), "todo.dump"].sort());
  });

  const failures: [what: string, program: string, lines: string[], says: RegExp][] = [
    ["cannot be made", "pg_dump", ["echo connection refused >&2", "exit 1"], /connection refused/],
    ["has no contents", "pg_restore", ["echo not an archive >&2", "exit 1"], /not an archive/],
    [
      "cannot be read to its end",
      "pg_restore",
      [`case "$1" in --list) echo '1; 2 3 TABLE DATA public todos todo' ;; *) echo end of file >&2; exit 1 ;; esac`],
      /end of file/,
    ],
    [
      "is of a database without tables, as after its loss",
      "pg_restore",
      ["echo '; Archive'"],
      /^expected a database with tables, found none in todo; nothing was kept, and older backups stay$/,
    ],
  ];
  for (const [what, name, lines, says] of failures) {
    it(`that ${what} is none, and costs none`, async () => {
      put(made(1), made(2), made(3));
      program(name, ...lines);
      const { code, said } = await run(1);
      assert.equal(code, 1);
      assert.match(said.at(-1) ?? "", says);
      assert.deepEqual(backups(), [made(1), made(2), made(3)]);
    });
  }

  it("takes away what a killed one has left, and nothing of one that may still run", async () => {
    put(`.${made(1)}.partial`, `.${made(2)}.partial`);
    const before = Date.now() / 1000 - 10 * 60;
    utimesSync(at("backups", `.${made(1)}.partial`), before, before);
    await run();
    assert.deepEqual(backups(), [`.${made(2)}.partial`, made(31)]);
  });
});
