// What a command says when it fails, or while it runs, is shown without credentials.
// Does not prove: what is no credential by its look (ops/readiness hides the values of the Secrets too), nor what a command writes to the terminal that it was given.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { run } from "../../tools/command.ts";
import { Failure } from "../../tools/program.ts";

describe("a command", () => {
  const URL = "postgresql+asyncpg://todo:hunter2@db.example.org/todo";

  it("that fails is a Failure with its last lines, without credentials", async () => {
    const says = `for n in $(seq 20); do echo line $n; done; echo "cannot parse '${URL}'" >&2; exit 3`;
    const error = await run("sh", ["-c", says], { hint: "the fix" }).catch((reason: Error) => reason);
    assert.ok(error instanceof Failure);
    assert.match(error.message, /ended with 3; the fix, its last lines:\n {4}line 10\n[\s\S]+ {4}line 20\n/);
    assert.doesNotMatch(error.message, /hunter2/);
    assert.match(error.message, /\n {4}cannot parse 'postgresql\+asyncpg:\/\/\[redacted\]@db\.example\.org\/todo'$/);
  });

  it("reports its lines without credentials", async () => {
    const reported: string[] = [];
    await run("sh", ["-c", `echo "to ${URL}"`], { report: (line) => reported.push(line) });
    assert.deepEqual(reported, ["to postgresql+asyncpg://[redacted]@db.example.org/todo"]);
  });
});
