// Each setting that guards the pods, taken out of what the charts render: whether the policy notices.
// Does not prove: that settings have the right values, nor that lines of a chart which take the place of these render alike;
// user, group, sizes of volumes and preStop are held word for word by test/charts/pods.test.ts and rollout.test.ts.
import { strict as assert } from "node:assert";
import { resolve } from "node:path";
import { findings } from "local-charts";
import { containersOf, podsOf } from "local-charts/objects";
import { policyOf } from "../../components/policy.ts";
import { renderEnvironment } from "../../components/rendered.ts";
import { readSettings } from "../../settings.ts";

const root = resolve(import.meta.dirname, "../..");

type Fields = Record<string, unknown>;
const POD = [
  ...["automountServiceAccountToken", "enableServiceLinks", "serviceAccountName", "securityContext"],
  ...["securityContext.runAsNonRoot", "securityContext.seccompProfile"],
];
const CONTAINER = [
  "securityContext",
  ...["allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem"].map((name) => `securityContext.${name}`),
  ...["resources", "resources.limits.cpu", "resources.limits.memory"],
  ...["resources.requests.cpu", "resources.requests.memory"],
];

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"];

/** Takes a field out; answers with what puts it back. */
function takeOut(fields: Fields, path: string): () => void {
  const names = path.split(".");
  const last = names.pop() as string;
  const map = names.reduce((each, name) => each[name] as Fields, fields);
  assert.ok(Object.hasOwn(map, last), `expected ${path}, found nothing to take out`);
  const value = map[last];
  delete map[last];
  return () => {
    map[last] = value;
  };
}

it("no setting that guards a pod can be taken out unnoticed", async () => {
  const settings = readSettings(`${root}/ops/scan`, "full", { assumeSecrets: true });
  const { charts: rendered } = await renderEnvironment(settings, root);
  const charts = rendered.map(({ chart, release, namespace, objects }) => ({
    ...{ chart, release, namespace, objects: structuredClone(objects) },
  }));
  const policy = policyOf(settings, []);
  assert.deepEqual(findings(charts, policy), []);
  const pods = podsOf(charts.flatMap(({ objects }) => objects));
  assert.ok(pods.length >= 10);
  const places = pods.flatMap((pod) => [
    ...POD.map((path) => ({ where: pod.owner, fields: pod.spec as unknown as Fields, path })),
    ...containersOf(pod).flatMap(({ name, spec }) =>
      [...CONTAINER, ...PROBES.filter((probe) => probe in spec)].map((path) => ({
        ...{ where: `${pod.owner} ${name}`, fields: spec as unknown as Fields, path },
      })),
    ),
  ]);
  // Of three services and the database.
  for (const probe of PROBES) assert.equal(places.filter(({ path }) => path === probe).length, 4, probe);
  const unnoticed = places.filter(({ fields, path }) => {
    const putBack = takeOut(fields, path);
    const { length } = findings(charts, policy);
    putBack();
    return length === 0;
  });
  assert.deepEqual(
    unnoticed.map(({ where, path }) => `${where}: ${path}`),
    [],
  );
});
