// From the database's arguments to its chart's values and its address, exactly.
// Does not prove: that the chart takes these values (test/charts).
import { strict as assert } from "node:assert";
import { checksum } from "local-charts";
import { insideDatabase, postgresValues } from "../../components/todo-postgres.ts";

describe("postgresValues", () => {
  const secret = { name: "todo-postgres-secrets", fingerprints: { POSTGRES_PASSWORD: "generated-1" } };
  const args = { environment: "dev", namespace: "todo-dev", secret, storageGiB: 2 };

  it("maps the settings", () => {
    assert.deepEqual(postgresValues(args), {
      service: { port: 5432 },
      auth: {
        existingSecret: "todo-postgres-secrets",
        passwordKey: "POSTGRES_PASSWORD",
        username: "todo",
        database: "todo",
        checksum: checksum({ POSTGRES_PASSWORD: "generated-1" }),
      },
      persistence: { size: "2Gi" },
    });
  });

  it("names a StorageClass only where one is set", () => {
    const { persistence } = postgresValues({ ...args, storageClass: "fast" });
    assert.deepEqual(persistence, { size: "2Gi", storageClassName: "fast" });
  });

  it("has backups only where they are asked for, on a volume of the same StorageClass", () => {
    const asked = { schedule: "0 4 * * *", keep: 3, storageGiB: 5, deadlineSeconds: 60 };
    const expected = { enabled: true, schedule: "0 4 * * *", keep: 3, activeDeadlineSeconds: 60 };
    assert.deepEqual(postgresValues({ ...args, backup: asked }).backup, { ...expected, persistence: { size: "5Gi" } });
    assert.deepEqual(postgresValues({ ...args, backup: asked, storageClass: "fast" }).backup, {
      ...expected,
      persistence: { size: "5Gi", storageClassName: "fast" },
    });
  });
});

it("the database inside is known by its Service", () => {
  assert.deepEqual(insideDatabase("dev", "pa55word"), {
    ...{ host: "todo-postgres-dev", port: "5432", name: "todo", user: "todo" },
    password: "pa55word",
  });
});
