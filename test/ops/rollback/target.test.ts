// What a rollback goes back to, what that is in a stack file, and what it asks of a database.
// Does not prove: that it is deployed (test/ops/rollback.test.ts), nor that it runs (test/e2e).
import { strict as assert } from "node:assert";
import { schemaProblem } from "../../../ops/rollback/schema.ts";
import { checkout, imagesOfEntry, targetOf } from "../../../ops/rollback/target.ts";
import { entry } from "../../support/history.ts";

const entries = [entry(5, ["2a", "1p"]), entry(4, ["2a", "1p"]), entry(3, ["1a", "1p"]), entry(1, ["0a", "1p"])];

describe("the entry to go back to", () => {
  const target = (current: number | undefined, to = "") => targetOf({ entries, current }, "lab", to).number;

  it("is the newest where what is deployed now was never well", () => {
    assert.equal(target(undefined), 5);
  });

  it("is the last that is another than what is deployed now", () => {
    assert.equal(target(5), 3);
    assert.equal(target(3), 1);
  });

  it("is the one that is named", () => {
    assert.equal(target(5, "1"), 1);
    assert.equal(target(3, "#5"), 5);
  });

  it("is refused where there is none", () => {
    assert.throws(() => target(5, "2"), {
      message:
        "TO=2: expected a number of the history of lab (5, 4, 3, 1), found none of that; `make history ENV=lab` lists them",
    });
    assert.throws(() => target(1), {
      message:
        "lab was never well in another form than it is now (#1), so there is nothing to go back to; `make history ENV=lab` lists them",
    });
    assert.throws(() => targetOf({ entries: [] }, "lab", "1"), {
      message:
        "lab has no history: nothing that was well is noted; `git revert` what does not work, and `make up ENV=lab`",
    });
  });
});

describe("the images of an entry", () => {
  const present = {
    backend: { repository: "example.org/api", tag: "2a" },
    frontend: { repository: "example.org/page", tag: "1p" },
    "services.redis": { repository: "redis", tag: "8" },
  };
  const with_ = (...images: string[]) => {
    const [release, of] = ["todo-backend-lab", entry(3, ["1a", "1p"])];
    return imagesOfEntry(
      "lab",
      { ...of, releases: { ...of.releases, [release]: { ...of.releases[release], images } } },
      present,
    );
  };

  it("are those of the stack file with its tags; a service that it did not have stays", () => {
    assert.deepEqual(imagesOfEntry("lab", entry(3, ["1a", "1p"]), present), {
      ...present,
      backend: { repository: "example.org/api", tag: "1a" },
    });
  });

  it("may have a digest, with a tag or in its place, and stand beside others", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const backend = (image: string) => with_(image, "example.org/api-helper:9", "busybox:1").backend;
    assert.deepEqual(backend(`example.org/api@${digest}`), { repository: "example.org/api", digest });
    assert.deepEqual(backend(`example.org/api:1@${digest}`), { repository: "example.org/api", tag: "1", digest });
  });

  it("are refused where no tag leads to them", () => {
    assert.throws(() => with_("elsewhere.org/api:1"), {
      message:
        "Pulumi.lab.yaml: todo:backend.image: expected the repository that #3 ran, found example.org/api, and elsewhere.org/api:1 there; all of #3 is in commit 333333333333: `git checkout 333333333333`, then `make up ENV=lab`",
    });
  });
});

describe("all of an entry", () => {
  it("is in its commit, as far as it was committed", () => {
    assert.match(
      checkout("lab", entry(3, ["1a", "1p"], { changed: true })),
      /^all of #3 is in commit 3{12}, with changes that were not committed: /,
    );
    const outside = checkout("lab", entry(3, ["1a", "1p"], { commit: undefined }));
    assert.equal(outside, "#3 was deployed outside of git, so what else it was is not known");
  });
});

describe("the schema", () => {
  const at = (number: number, schema?: string) => entry(number, ["1a", "1p"], { details: schema ? { schema } : {} });
  const history = [at(4, "0003"), at(3, "0002"), at(2, "0002"), at(1, "0001")];

  it("lets images run on what they ran on", () => {
    assert.equal(schemaProblem(history[1], history, "0002"), undefined);
  });

  it("lets images run on an older one, which their own migration brings forward", () => {
    assert.equal(schemaProblem(history[0], history, "0001"), undefined);
  });

  it("is ahead where it came later, or by an update that was never well", () => {
    for (const present of ["0002", "0009"]) {
      assert.deepEqual(schemaProblem(history[3], history, present), {
        kind: "ahead",
        text: `the database's schema is at ${present}, ahead of 0001, which the images of #1 ran on`,
      });
    }
  });

  it("is not known where it is not Alembic's, then or now", () => {
    const problem = (where: string) => ({
      kind: "unknown",
      text: `expected to know that the images of #1 can run on the database as it is, found no revision of Alembic's that says where its schema ${where}`,
    });
    assert.deepEqual(schemaProblem(at(1), [at(1)], "0001"), problem("was when #1 ran"));
    assert.deepEqual(schemaProblem(at(1, "0001"), [at(1)], undefined), problem("is now"));
  });
});
