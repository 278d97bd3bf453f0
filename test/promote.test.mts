// `make promote`: what counts as verified, and the edit of the stack file.
// Does not prove: that Pulumi's state and a cluster look like this; test/e2e/promote.test.ts asks the real ones.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { changedLines, type Images, imagesIn, withTags } from "../ops/promote/stack-file.mts";
import { checkVerified, type Deployment, type State } from "../ops/promote/verified.mts";

const root = join(import.meta.dirname, "..");
const images: Images = {
  backend: { repository: "localhost/todo-backend", tag: "0123456789ab" },
  frontend: { repository: "localhost/todo-frontend", tag: "4e1200000000" },
};

describe("withTags", () => {
  it("changes the two tags of a real stack file and no other character", () => {
    const before = readFileSync(join(root, "Pulumi.prod.yaml"), "utf8");
    const tags = imagesIn("Pulumi.prod.yaml", before);
    const after = withTags("Pulumi.prod.yaml", before, images);
    assert.deepEqual(changedLines(before, after), [
      `-       tag: "${tags.backend.tag}"`,
      '+       tag: "0123456789ab"',
      `-       tag: "${tags.frontend.tag}"`,
      '+       tag: "4e1200000000"',
    ]);
    assert.equal(withTags("Pulumi.prod.yaml", after, tags), before);
  });

  for (const [what, before, after] of [
    ["in double quotes, with a comment", 'tag: "1a"  # kept', 'tag: "0123456789ab"  # kept'],
    ["in single quotes", "tag: '1a'", "tag: '0123456789ab'"],
    ["without quotes, which a digest of digits alone would need", "tag: v1.2", 'tag: "0123456789ab"'],
  ]) {
    it(`keeps how a tag is written: ${what}`, () => {
      const file = (line: string) => `# head
config:
    backend: # Pulumi takes it for todo:backend
        env: {A:   "1",   B: 2}
        image:
            ${line}
            repository:   a/b

    'todo:frontend': {image: {repository: a/c, tag: "2a"}}   # flow
encryptionsalt: v1:x
`;
      const expected = file(after).replace('tag: "2a"', 'tag: "4e1200000000"');
      assert.equal(withTags("f", file(before), images), expected);
    });
  }

  for (const [what, text, message] of [
    ["no image", "config: {}", "f: todo:backend.image.tag: expected a text, found nothing"],
    [
      "a map",
      "config: {'todo:backend': {image: {tag: {a: 1}}}}",
      "f: todo:backend.image.tag: expected a text, found something else",
    ],
    ["broken YAML", "config: [", "f: not valid YAML: "],
  ]) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => withTags("f", text, images),
        (error: Error) => error.message.startsWith(message),
      );
    });
  }

  it("takes no number for a tag", () => {
    const text = "config: {'todo:backend': {image: {repository: a/b, tag: 123}}}";
    assert.throws(() => imagesIn("f", text), {
      message: "f: todo:backend.image.tag: expected a text, in quotes, found 123",
    });
  });
});

type Release = NonNullable<State["deployment"]["resources"]>[number];
const release = (service: "backend" | "frontend"): Release => ({
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name: `todo-${service}-staging`, values: { image: { ...images[service] } } },
  outputs: { status: { status: "deployed" } },
});
const deployment = (service: "backend" | "frontend"): Deployment => {
  const { repository, tag } = images[service];
  const container = { name: `todo-${service}`, image: `${repository}:${tag}` };
  return {
    metadata: { name: `todo-${service}-staging`, generation: 3 },
    spec: { replicas: 2, template: { spec: { containers: [container] } } },
    status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
  };
};
/** What a healthy staging looks like. */
const healthy = () => ({
  state: { deployment: { resources: [{ type: "other" }, release("backend"), release("frontend")] } } as State,
  deployments: [deployment("backend"), deployment("frontend")],
});
type World = ReturnType<typeof healthy>;
const resources = (world: World) => world.state.deployment.resources as Required<Release>[];

describe("checkVerified", () => {
  it("accepts what file, state and cluster agree on", () => {
    const { state, deployments } = healthy();
    checkVerified("staging", images, state, deployments);
  });

  const up = "`make up ENV=staging` comes first";
  const refused: [what: string, change: (world: World) => void, why: string][] = [
    [
      "an interrupted update",
      ({ state }) => {
        state.deployment.pending_operations = [{}];
      },
      `its last update was interrupted; nothing was changed, ${up}`,
    ],
    [
      "an empty state",
      ({ state }) => {
        state.deployment = {};
      },
      `it is not deployed: its state has no release todo-backend-staging; nothing was changed, ${up}`,
    ],
    [
      "half a deployment",
      ({ state }) => {
        state.deployment.resources?.pop();
      },
      `it is not deployed: its state has no release todo-frontend-staging; nothing was changed, ${up}`,
    ],
    [
      "a failed release",
      (world) => {
        resources(world)[1].outputs = { status: { status: "failed" } };
      },
      `release todo-backend-staging is failed; nothing was changed, ${up}`,
    ],
    [
      "a file that is ahead of the last update",
      (world) => {
        resources(world)[2].inputs.values = { image: { repository: "localhost/todo-frontend", tag: "1" } };
      },
      `expected localhost/todo-frontend:4e1200000000, as Pulumi.staging.yaml says; release todo-frontend-staging was installed with localhost/todo-frontend:1; nothing was changed, ${up}`,
    ],
    [
      "a Deployment that is gone",
      ({ deployments }) => {
        deployments.shift();
      },
      `it is not deployed: the cluster has no Deployment todo-backend-staging; nothing was changed, ${up}`,
    ],
    [
      "an image that somebody set by hand",
      ({ deployments }) => {
        deployments[0].spec.template.spec.containers[0].image = "localhost/todo-backend:hand1";
      },
      `expected localhost/todo-backend:0123456789ab, as Pulumi.staging.yaml says; Deployment todo-backend-staging runs localhost/todo-backend:hand1; nothing was changed, ${up}`,
    ],
    ...(
      [
        ["a change not taken up", { observedGeneration: 2 }, "has a change that the cluster has not taken up yet"],
        ["a pod that is not ready", { readyReplicas: 1 }, "has 1 of 2 pods ready, 2 of them of the newest template"],
        ["an old pod", { updatedReplicas: 1 }, "has 2 of 2 pods ready, 1 of them of the newest template"],
        ["a pod too many", { replicas: 3 }, "has 2 of 2 pods ready, 2 of them of the newest template"],
        ["one unavailable", { unavailableReplicas: 1 }, "has 2 of 2 pods ready, 2 of them of the newest template"],
      ] as const
    ).map(([what, status, trouble]): [string, (world: World) => void, string] => [
      what,
      ({ deployments }) => Object.assign(deployments[1].status as object, status),
      `it is not healthy: Deployment todo-frontend-staging ${trouble}; nothing was changed, \`kubectl -n todo-staging get pods\` comes first`,
    ]),
    [
      "no pods at all",
      ({ deployments }) => {
        deployments[1].spec.replicas = 0;
      },
      "it is not healthy: Deployment todo-frontend-staging is scaled to 0 pods; nothing was changed, `kubectl -n todo-staging get pods` comes first",
    ],
  ];
  for (const [what, change, why] of refused) {
    it(`refuses ${what}`, () => {
      const world = healthy();
      change(world);
      assert.throws(() => checkVerified("staging", images, world.state, world.deployments), {
        message: `staging has no verified images: ${why}`,
      });
    });
  }
});

describe("make promote", () => {
  for (const [args, message] of [
    [["staging", "staging"], "FROM and TO: expected two environments, found staging for both"],
    [["staging", "dev"], "TO=dev: dev follows the sources; `make images` writes its tags, from app/"],
    [
      ["staging", "qa"],
      /^TO: expected one of .*staging.*, found qa, which has no stack file; make promote FROM=staging TO=prod$/,
    ],
    [["", "prod"], /^FROM: expected one of .*staging.*, found nothing; make promote FROM=staging TO=prod$/],
  ] as [string[], string | RegExp][]) {
    it(`refuses FROM=${args[0]} TO=${args[1]}`, async () => {
      const { exitCode, stderr } = await execa("node", ["ops/promote.mts", ...args], { cwd: root, reject: false });
      const sentence =
        stderr
          .split("\n")
          .at(-1)
          ?.replace(/^error: /, "") ?? "";
      if (typeof message === "string") assert.equal(sentence, message);
      else assert.match(sentence, message);
      assert.equal(exitCode, 1);
    });
  }
});
