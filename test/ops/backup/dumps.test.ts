// Backups on their volume: which is meant, and how sizes and ages are told. Does not prove: that a dump is one (test/charts/backup.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { age, chosen, dumpsOf, madeOf, madeText, size, timeOf } from "../../../ops/backup/dumps.ts";

const NOW = new Date("2026-07-25T12:00:00Z");
const OLD = "todo-20260724T031700Z.dump";
const NEW = "todo-20260725T031700Z.dump";
const lines = [`2048 1784949420 ${OLD}`, "10 1790000000 from-elsewhere.dump", `34816 1785035820 ${NEW}`];
const dumps = dumpsOf(lines);

describe("the list of backups", () => {
  it("has the newest first, and files of other names last, with the time of their last change", () => {
    assert.deepEqual(dumps, [
      { name: NEW, bytes: 34816, at: new Date("2026-07-25T03:17:00Z"), own: true },
      { name: OLD, bytes: 2048, at: new Date("2026-07-24T03:17:00Z"), own: true },
      { name: "from-elsewhere.dump", bytes: 10, at: new Date(1_790_000_000_000), own: false },
    ]);
  });

  it("has nothing of what else a log may say", () => {
    assert.deepEqual(dumpsOf(["", "12 todo.dump", "stat: no such file", "1 2 notes.txt"]), []);
  });
});

describe("the backup that is meant", () => {
  const meant = (from: string) => chosen("lab", dumps, from, NOW).name;

  it("is the newest of the CronJob's, or the one that is named", () => {
    assert.deepEqual(["", OLD, OLD.slice(0, -5), "from-elsewhere.dump"].map(meant), [
      NEW,
      OLD,
      OLD,
      "from-elsewhere.dump",
    ]);
  });

  it("is shown among the others where there is none of the name", () => {
    assert.throws(() => meant("todo-2026"), {
      message: `FROM=todo-2026: expected a backup of lab, found no such; there are
  ${NEW}  34 KiB, made 8 h 43 min ago
  ${OLD}  2.0 KiB, made 1 d 8 h ago
  from-elsewhere.dump  10 bytes, made 0 s ago`,
    });
  });

  it("is none of another name that nobody has named", () => {
    assert.throws(() => chosen("lab", dumps.slice(2), "", NOW), {
      message:
        "stack lab: expected a backup of the CronJob's, or FROM with the name of another file, found no such; there are\n  from-elsewhere.dump  10 bytes, made 0 s ago",
    });
  });

  it("is asked for first where there is none at all", () => {
    assert.throws(() => chosen("lab", [], NEW, NOW), {
      message: "stack lab: expected a backup, found none on its volume; `make backup ENV=lab` makes one",
    });
  });
});

describe("what was made", () => {
  const said = (previous: string) => `${NEW}: 34816 bytes in 2 s, 3 tables; before it: ${previous}`;

  it("is told with what a loss just before it would have cost", () => {
    assert.deepEqual(madeOf(said(OLD)), { name: NEW, bytes: 34816, seconds: 2, previous: OLD });
    assert.equal(
      madeText("lab", madeOf(said(OLD))),
      `lab: ${NEW} is kept, 34 KiB in 2 s; the one before it, ${OLD}, was 1 d 0 h old: so much a loss just before would have cost (RPO)`,
    );
  });

  it("is told of the first one", () => {
    assert.deepEqual(madeOf(said("none")), { name: NEW, bytes: 34816, seconds: 2 });
    assert.equal(
      madeText("lab", madeOf(said("none"))),
      `lab: ${NEW} is kept, 34 KiB in 2 s; it is the first one: until now a loss would have cost everything (RPO)`,
    );
  });

  it("is no other line", () => {
    const message = 'expected the last line of a backup, found "pg_dump: warning"';
    assert.throws(() => madeOf("pg_dump: warning"), { message });
    assert.throws(() => madeOf(), { message: 'expected the last line of a backup, found ""' });
  });
});

it("a time is told by a name of the CronJob's alone", () => {
  assert.deepEqual(timeOf("my_db-20260102T030405Z.dump"), new Date("2026-01-02T03:04:05Z"));
  for (const name of ["todo.dump", "todo-20260102T0304Z.dump", "todo-20260102T030405Z.dump.partial"]) {
    assert.equal(timeOf(name), undefined, name);
  }
});

it("sizes are told in the unit that fits", () => {
  const sizes = [0, 1023, 1024, 10 * 1024, 1_500_000, 3 * 2 ** 30, 2 ** 50].map(size);
  assert.deepEqual(sizes, ["0 bytes", "1023 bytes", "1.0 KiB", "10 KiB", "1.4 MiB", "3.0 GiB", "1024 TiB"]);
});

it("ages are told in the two largest units", () => {
  const ages = [-5, 59, 60, 3_599, 3_600, 86_399, 86_400, 90_000].map((seconds) =>
    age(NOW, new Date(NOW.getTime() + seconds * 1000)),
  );
  assert.deepEqual(ages, ["0 s", "59 s", "1 min", "59 min", "1 h 0 min", "23 h 59 min", "1 d 0 h", "1 d 1 h"]);
});
