// What `make logs` asks the store, and how a line is shown. Does not prove: what the store answers (test/e2e/monitoring.test.ts).
import { strict as assert } from "node:assert";
import { once } from "../../../ops/logs/follow.ts";
import { type StoredLine, shownLine } from "../../../ops/logs/line.ts";
import { logsQuery } from "../../../ops/logs/query.ts";

const place = {
  _stream_id: "1",
  _stream: '{kubernetes.pod_name="todo-backend-dev-1"}',
  "kubernetes.pod_name": "todo-backend-dev-1",
  "kubernetes.pod_namespace": "todo-dev",
};

describe("make logs", () => {
  it("asks for all pods of the namespace, and for a text as it stands", () => {
    assert.equal(logsQuery("todo-dev"), '{kubernetes.pod_namespace="todo-dev"}');
    assert.equal(
      logsQuery("todo-dev", 'say "hi" | delete'),
      '{kubernetes.pod_namespace="todo-dev"} *:"say \\"hi\\" | delete"',
    );
  });

  it("shows a line of JSON as one of text, with what is not in its message", () => {
    const line: StoredLine = {
      ...place,
      _time: "2026-11-28T11:13:06.022Z",
      _msg: "GET /api/todos 200",
      ...{ level: "info", logger: "requests", method: "GET", path: "/api/todos", route: "/api/todos", status: "200" },
      ...{ request_id: "mine-1", duration_ms: "93.9" },
    };
    assert.equal(
      shownLine(line),
      "11:13:06.022 todo-backend-dev-1 info GET /api/todos 200 request_id=mine-1 duration_ms=93.9",
    );
  });

  it("shows a line of text as it is", () => {
    const line = { ...place, _time: "2026-11-28T11:13:06.022123456Z", _msg: "ready to accept connections\n" };
    assert.equal(shownLine(line), "11:13:06.022 todo-backend-dev-1 ready to accept connections");
  });

  it("tells a line once, though two answers of the store have it", () => {
    const told: string[] = [];
    const tell = once(({ _msg = "" }) => told.push(_msg));
    const line = (_msg: string) => ({ ...place, _time: "2026-11-28T11:13:06Z", _msg });
    for (const each of ["a", "b", "a", "c", "b"]) tell(line(each));
    assert.deepEqual(told, ["a", "b", "c"]);
  });
});
