import { containersOf, podsOf, serves } from "../../components/pods";
import { chartsOf, filesOf, type Outcome, type Rule, settle, variablesOf, type World } from "./rule";

interface ServicePort {
  port: number;
  targetPort: string | number;
}

/** C-008: what a Service sends to is a port of its container, in the README and exposed by the image. */
function documentedPorts(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  const readme = world.files["README.md"] ?? "";
  for (const { chart, environment, objects } of chartsOf(world)) {
    const open = podsOf(objects.filter(serves))
      .flatMap(containersOf)
      .flatMap(({ spec }) => spec.ports ?? []);
    const services = objects.filter(({ kind }) => kind === "Service");
    const ports = services.flatMap(({ spec }) => (spec as { ports: ServicePort[] }).ports);
    for (const { port, targetPort } of ports) {
      const target = open.find(({ name, containerPort }) => name === targetPort || containerPort === targetPort);
      const where = `${environment} ${chart}: Service port ${port}`;
      if (!target) problems.push(`${where}: expected a port of the container, found ${targetPort}`);
      else if (!new RegExp(`\\b${target.containerPort}\\b`).test(readme)) {
        problems.push(`${where}: expected ${target.containerPort} in README.md, found nothing`);
      } else proof.push(`${where} → container port ${target.name} ${target.containerPort}, in README.md`);
    }
    const used = ({ name, containerPort }: (typeof open)[number]) =>
      ports.some(({ targetPort }) => targetPort === name || targetPort === containerPort);
    for (const { name, containerPort } of open.filter((each) => !used(each))) {
      problems.push(
        `${environment} ${chart}: expected a Service for container port ${name} ${containerPort}, found none`,
      );
    }
    for (const [path, text] of filesOf(world, new RegExp(`^app/${chart.replace("todo-", "")}/Dockerfile$`))) {
      const exposed = [...text.matchAll(/^EXPOSE\s+(\d+)/gm)].map(([, port]) => Number(port));
      const inside = open.map(({ containerPort }) => containerPort);
      const ours = exposed.every((port) => inside.includes(port));
      if (!ours) problems.push(`${path}: expected EXPOSE ${inside}, as ${environment} has it, found ${exposed}`);
    }
  }
  return settle(proof, problems);
}

/** K-007: an environment with an external database has nothing that would run one. */
function externalDatabase(world: World): Outcome {
  const external = world.environments.filter(({ parts }) => !parts.postgres);
  const objects = external.flatMap(({ name, charts }) =>
    charts.flatMap((chart) => chart.objects.map((object) => ({ name, object }))),
  );
  const databases = objects.filter(
    ({ object }) =>
      ["StatefulSet", "PersistentVolumeClaim"].includes(object.kind) ||
      /"image":"[^"]*(postgres|mysql|mariadb)/.test(JSON.stringify(object)),
  );
  return settle(
    external.map(({ name, charts }) => {
      const workloads = charts.flatMap((chart) => chart.objects.filter(serves));
      return `${name}: its workloads are ${workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ")}`;
    }),
    databases.map(({ name, object }) => `${name}: expected no database, found ${object.kind} ${object.metadata.name}`),
  );
}

/** K-008: each address without a dot is a Service that is rendered, at a port that it has. */
function knownServices(world: World): Outcome {
  const [proof, problems]: [string[], string[]] = [[], []];
  for (const { name, parts, charts } of world.environments) {
    const objects = charts.flatMap((chart) => chart.objects);
    const services = objects.filter(({ kind }) => kind === "Service");
    const known = new Set(
      services.flatMap(({ metadata, spec }) =>
        (spec as { ports: ServicePort[] }).ports.map(({ port }) => `${metadata.name}:${port}`),
      ),
    );
    const values = podsOf(objects)
      .flatMap(containersOf)
      .flatMap((container) =>
        variablesOf(container).map((variable) => ({
          what: `${container.pod.owner} ${variable.name}`,
          text: variable.value ?? "",
        })),
      );
    const url = parts.environment.secrets.backend.keys.DATABASE_URL;
    if (url.from === "password")
      values.push({ what: "Secret todo-backend-secrets DATABASE_URL", text: url.text("password") });
    for (const { what, text } of values) {
      for (const [, address] of text.matchAll(/[a-z+]+:\/\/(?:[^/@\s]*@)?([a-z0-9-]+:\d+)(?=[/?,\s]|$)/g)) {
        if (address.startsWith("localhost:")) continue;
        const line = `${name} ${what}: ${address}`;
        if (known.has(address)) proof.push(`${line} is a rendered Service`);
        else
          problems.push(
            `${line}: expected a rendered Service and its port, found none; there are ${[...known].join(", ")}`,
          );
      }
    }
  }
  return settle(proof, problems);
}

export const serviceRules: Rule[] = [
  { id: "C-008", text: "All ports are documented", check: documentedPorts },
  { id: "K-007", text: "No database in the cluster where it is external", check: externalDatabase },
  { id: "K-008", text: "Discovery by cluster DNS: each address is a rendered Service", check: knownServices },
];
