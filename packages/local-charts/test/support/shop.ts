// An environment of three charts that fit together: a page, an API with its migration, and a database; open to changes.
import type { KubernetesObject } from "../../src/kubernetes/object.ts";
import type { ChartObjects } from "../../src/render/chart.ts";
import { wiringProblems } from "../../src/wiring/check.ts";
import type { WiringFacts } from "../../src/wiring/facts.ts";

/** A rendered object, open to changes. */
// biome-ignore lint/suspicious/noExplicitAny: a rendered object has no static type.
export type Any = any;

export interface Shop {
  facts: WiringFacts;
  charts: ChartObjects[];
  /** By "Kind name". */
  find: (name: string) => Any;
  /** The first container of a workload, by "Kind name". */
  container: (name: string) => Any;
  /** Sets a variable of a workload's first container. */
  set: (name: string, variable: string, value: string) => void;
  /** Puts an object beside those of a chart. */
  add: (chart: "db" | "api" | "web", apiVersion: string, kind: string, name: string, rest?: object) => Any;
}

const object = (apiVersion: string, kind: string, name: string, rest: object = {}) =>
  ({ apiVersion, kind, metadata: { name }, ...rest }) as KubernetesObject;
const template = (app: string, ...containers: object[]) => ({
  template: { metadata: { labels: { app } }, spec: { containers } },
});
const ofSecret = (name: string, secret: string, key = name) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** A shop after changes. */
export function shop(...changes: ((shop: Shop) => void)[]): Shop {
  const url = ofSecret("DATABASE_URL", "api-secrets");
  const objects: Record<string, KubernetesObject[]> = {
    db: [
      object("v1", "Service", "db-dev", {
        spec: { selector: { app: "db" }, ports: [{ port: 5432, targetPort: "sql" }] },
      }),
      object("apps/v1", "StatefulSet", "db-dev", {
        spec: {
          serviceName: "db-dev",
          ...template("db", {
            name: "db",
            env: [ofSecret("PASSWORD", "db-secrets")],
            ports: [{ name: "sql", containerPort: 5432 }],
            volumeMounts: [{ name: "data" }],
            readinessProbe: { tcpSocket: { port: "sql" } },
          }),
          volumeClaimTemplates: [{ metadata: { name: "data" } }],
        },
      }),
    ],
    api: [
      object("batch/v1", "Job", "api-dev-migration", {
        spec: template("migration", { name: "migration", env: [url] }),
      }),
      object("v1", "ServiceAccount", "api-dev"),
      object("v1", "Service", "api-dev", {
        spec: { selector: { app: "api" }, ports: [{ name: "http", port: 80, targetPort: 8000 }] },
      }),
      object("apps/v1", "Deployment", "api-dev", {
        spec: template("api", {
          name: "api",
          env: [structuredClone(url), { name: "ORIGINS", value: "http://localhost:30080" }],
          ports: [{ name: "http", containerPort: 8000 }],
          livenessProbe: { httpGet: { port: "http" } },
        }),
      }),
    ],
    web: [
      object("v1", "Service", "web-dev", {
        spec: { type: "NodePort", selector: { app: "web" }, ports: [{ name: "http", port: 3000, nodePort: 30080 }] },
      }),
      object("apps/v1", "Deployment", "web-dev", {
        spec: template("web", {
          name: "web",
          env: [{ name: "API_URL", value: "http://api-dev" }],
          ports: [{ containerPort: 3000 }],
        }),
      }),
      {
        ...object("v1", "Pod", "web-dev-test", {
          spec: { containers: [{ name: "test", command: ["wget", "http://web-dev:3000"] }] },
        }),
        metadata: { name: "web-dev-test", annotations: { "helm.sh/hook": "test" } },
      },
    ],
  };
  const facts: WiringFacts = {
    environment: "dev",
    namespace: "shop-dev",
    namespacePrefix: "shop-",
    settingsFile: "dev.yaml",
    secrets: {
      "db-secrets": { PASSWORD: undefined },
      "api-secrets": { DATABASE_URL: "postgresql://app:***@db-dev:5432/app", SECRET_KEY: undefined },
    },
    keyOf: (release, variable) => (/^(LINK|VITE|CACHE)/.test(variable) ? `${release}.env.${variable}` : undefined),
    secretKeyOf: (release, variable) => (variable === "WORD" ? `${release}.secretKeys.${variable}` : undefined),
    page: { release: "web-dev", origin: "http://localhost:30080", originKey: "origin", nodePortKey: "web.nodePort" },
    originVariables: [{ release: "api-dev", variable: "ORIGINS" }],
    calls: [{ release: "web-dev", variable: "API_URL", to: "api-dev", url: "http://api-dev" }],
    buildTimeVariables: [{ release: "web-dev", prefix: "VITE_", by: "Vite" }],
  };
  const charts = Object.entries(objects).map(([name, objects]) => ({
    ...{ chart: `./charts/${name}`, release: `${name}-dev`, namespace: "shop-dev" },
    objects: structuredClone(objects),
  }));
  const find = (name: string): Any => {
    const found = charts
      .flatMap(({ objects }) => objects)
      .find(({ kind, metadata }) => `${kind} ${metadata.name}` === name);
    if (!found) throw new Error(`no ${name}`);
    return found;
  };
  const container = (name: string) => {
    const { spec } = find(name);
    return (spec.template?.spec ?? spec).containers[0];
  };
  const made: Shop = {
    ...{ facts, charts, find, container },
    set: (name, variable, value) => {
      const { env } = container(name);
      const found = env.find((each: Any) => each.name === variable);
      if (found) found.value = value;
      else env.push({ name: variable, value });
    },
    add: (chart, apiVersion, kind, name, rest) => {
      const added = object(apiVersion, kind, name, structuredClone(rest));
      charts.find(({ release }) => release === `${chart}-dev`)?.objects.push(added);
      return added;
    },
  };
  for (const change of changes) change(made);
  return made;
}

/** What the check of the wiring says of a shop after changes. */
export function problems(...changes: ((shop: Shop) => void)[]): string[] {
  const { facts, charts } = shop(...changes);
  return wiringProblems(facts, charts);
}

/** A change of a shop, and all that is said about it. */
export type Case = [what: string, change: (shop: Shop) => void, says: string[]];

export const DB = "charts/db, StatefulSet db-dev";
export const API = "charts/api, Deployment api-dev";
export const WEB = "charts/web, Deployment web-dev";
export const JOB = "charts/api, Job api-dev-migration";
export const fix = (chart: string) => `fix charts/${chart} or the values it gets`;
