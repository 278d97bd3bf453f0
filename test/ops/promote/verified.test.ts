// What counts as verified.
// Does not prove: that Pulumi's state and a cluster look like this; test/e2e/promote.test.ts asks the real ones.
import { strict as assert } from "node:assert";
import { imageText } from "local-charts/objects";
import type { Images } from "../../../ops/promote/stack-file.ts";
import { checkVerified, type Deployment, type State } from "../../../ops/promote/verified.ts";

const images: Images = {
  backend: { repository: "localhost/todo-backend", tag: "0123456789ab" },
  frontend: { repository: "localhost/todo-frontend", tag: "4e1200000000" },
};

type Release = NonNullable<State["deployment"]["resources"]>[number];
const release = (service: "backend" | "frontend"): Release => ({
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name: `todo-${service}-staging`, values: { image: { ...images[service] } } },
  outputs: { status: { status: "deployed" } },
});
const deployment = (service: "backend" | "frontend"): Deployment => {
  const container = { name: `todo-${service}`, image: imageText(images[service]) };
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
type Environment = ReturnType<typeof healthy>;
const resources = (environment: Environment) => environment.state.deployment.resources as Required<Release>[];

describe("checkVerified", () => {
  it("accepts what file, state and cluster agree on", () => {
    const { state, deployments } = healthy();
    checkVerified("staging", images, state, deployments);
  });

  it("knows an image by its digest too", () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const named = { ...images, backend: { ...images.backend, digest } };
    const { state, deployments } = healthy();
    const expected = `localhost/todo-backend:0123456789ab@${digest}`;
    assert.throws(() => checkVerified("staging", named, state, deployments), {
      message: `staging has no verified images: expected ${expected}, as Pulumi.staging.yaml says; release todo-backend-staging was installed with localhost/todo-backend:0123456789ab; nothing was changed, \`make up ENV=staging\` comes first`,
    });
    Object.assign(state.deployment.resources?.[1].inputs?.values?.image ?? {}, { digest });
    deployments[0].spec.template.spec.containers[0].image = expected;
    checkVerified("staging", named, state, deployments);
  });

  const up = "`make up ENV=staging` comes first";
  const refused: [what: string, change: (environment: Environment) => void, why: string][] = [
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
      (environment) => {
        resources(environment)[1].outputs = { status: { status: "failed" } };
      },
      `release todo-backend-staging is failed; nothing was changed, ${up}`,
    ],
    [
      "a file that is ahead of the last update",
      (environment) => {
        resources(environment)[2].inputs.values = { image: { repository: "localhost/todo-frontend", tag: "1" } };
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
    ).map(([what, status, trouble]): [string, (environment: Environment) => void, string] => [
      what,
      ({ deployments }) => Object.assign(deployments[1].status as object, status),
      `it is not healthy: Deployment todo-frontend-staging ${trouble}; nothing was changed, \`kubectl --context todo-on-minikube -n todo-staging get pods\` comes first`,
    ]),
    [
      "no pods at all",
      ({ deployments }) => {
        deployments[1].spec.replicas = 0;
      },
      "it is not healthy: Deployment todo-frontend-staging is scaled to 0 pods; nothing was changed, `kubectl --context todo-on-minikube -n todo-staging get pods` comes first",
    ],
  ];
  for (const [what, change, why] of refused) {
    it(`refuses ${what}`, () => {
      const environment = healthy();
      change(environment);
      assert.throws(() => checkVerified("staging", images, environment.state, environment.deployments), {
        message: `staging has no verified images: ${why}`,
      });
    });
  }
});
