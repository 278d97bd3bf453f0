// Who is away while a database is restored. Does not prove: that they go and come back (test/ops/restore.test.ts, `make e2e`).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { type Deployment, keysOf, usersOf } from "../../../ops/restore/users.ts";
import { changedSettings } from "../../support/stack-file.ts";

const keys = keysOf(changedSettings("dev", { "database.urls": { SYNC_URL: { driver: "postgresql+psycopg" } } }));
const reads = (...names: string[]) => ({
  env: [{ name: "PORT" }, ...names.map((key) => ({ name: "X", valueFrom: { secretKeyRef: { key } } }))],
});
const deployment = (name: string, spec: object, more: object = {}): Deployment => ({
  metadata: { name, ...more },
  spec: { selector: { matchLabels: { app: name, tier: "1" } }, template: { spec: { containers: [], ...spec } } },
});
const user = (name: string, pods = 1) => ({ name, pods, selector: `app=${name},tier=1` });

describe("those who use the database", () => {
  it("are the Deployments whose pods have a key that leads there, in any container", () => {
    const all = [
      deployment("api", { containers: [{}, reads("SECRET_KEY", "DATABASE_URL")] }),
      deployment("worker", { initContainers: [reads("SYNC_URL")], containers: [{}] }),
      deployment("parts", { containers: [reads("DATABASE_HOST")] }),
      deployment("admin", { containers: [reads("POSTGRES_PASSWORD")] }),
      deployment("page", { containers: [reads("AUTH_SECRET")] }),
      deployment("cache", { containers: [{}] }),
    ];
    assert.deepEqual(
      usersOf(all, keys),
      ["api", "worker", "parts", "admin"].map((name) => user(name)),
    );
  });

  it("come back as many as they were, also after a restore that was killed, and not where there were none", () => {
    const api = (replicas: number, before?: string) => {
      const annotations = before === undefined ? {} : { annotations: { "todo/pods-before-restore": before } };
      const one = deployment("api", { containers: [reads("DATABASE_URL")] }, annotations);
      return usersOf([{ ...one, spec: { ...one.spec, replicas } }], keys);
    };
    assert.deepEqual([api(3), api(0, "2"), api(3, "2")].flat(), [user("api", 3), user("api", 2), user("api", 3)]);
    assert.deepEqual(api(0), []);
  });
});
