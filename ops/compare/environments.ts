import { withoutChecksum } from "../../components/helm-values";
import { chartsOf, partsOf } from "../../components/parts";
import { type KubernetesObject, renderCharts, type Template } from "../../components/render-chart";
import type { SecretValue, Settings } from "../../settings";
import { sections } from "../../settings/contract";
import { type Difference, differences } from "./differences";

export interface Comparison {
  names: [left: string, right: string];
  /** What two environments cannot share; left out of everything below. */
  necessary: Difference[];
  /** By key below the stack file's `config:`, defaults filled in. */
  settings: Difference[];
  /** Whether each secret is set; their values are never looked at. */
  secrets: Difference[];
  objects: {
    /** `todo-backend: Deployment todo-backend`; names are without the environment's. */
    differing: { object: string; fields: Difference[] }[];
    onlyLeft: string[];
    onlyRight: string[];
    same: number;
  };
}

/** What differs between two environments, in what they are made from and in what is made of it. Rejects as renderCharts. */
export async function compare(left: Settings, right: Settings, template: Template): Promise<Comparison> {
  const both = [left, right] as const;
  const ports = both.map(({ frontend }) => frontend.service.nodePort);
  // Two node ports in one cluster have to differ; having one at all need not.
  const samePort = ports.every((port) => port !== undefined);
  const [before, after] = both.map((settings) => anonymous(settings, samePort));
  const [leftObjects, rightObjects] = await Promise.all(
    [before, after].map((settings) => objectsOf(settings, template)),
  );
  const shared = [...leftObjects].filter(([object]) => rightObjects.has(object));
  const differing = shared.flatMap(([object, fields]) => {
    const found = differences(fields, rightObjects.get(object));
    return found.length > 0 ? [{ object, fields: found }] : [];
  });
  return {
    names: [left.environment, right.environment],
    necessary: [
      ...differences(left.origin, right.origin, "todo:origin"),
      ...(samePort ? differences(ports[0], ports[1], "todo:frontend.service.nodePort") : []),
    ],
    settings: differences(plain(before), plain(after)),
    secrets: differences(presence(left.secrets), presence(right.secrets)),
    objects: {
      differing,
      onlyLeft: [...leftObjects.keys()].filter((object) => !rightObjects.has(object)),
      onlyRight: [...rightObjects.keys()].filter((object) => !leftObjects.has(object)),
      same: shared.length - differing.length,
    },
  };
}

/** The name that both sides get: what follows from a name (namespace, releases, addresses) is then the same. */
const NAME = "environment";

/** Settings as those of an environment without a name or an address of its own. Its scheme is a choice, and stays. */
function anonymous(settings: Settings, samePort: boolean): Settings {
  const { frontend, origin } = settings;
  const service = samePort ? { ...frontend.service, nodePort: 30000 } : frontend.service;
  const address = `${new URL(origin).protocol}//${NAME}.example`;
  return { ...settings, environment: NAME, origin: address, frontend: { ...frontend, service } };
}

function plain(settings: Settings): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(sections).map((name) => [`todo:${name}`, settings[name as keyof typeof sections]]),
  );
}

function presence(secrets: Settings["secrets"]): Record<string, string> {
  const set = (Object.entries(secrets) as [string, SecretValue][]).filter(
    ([, value]) => value.fingerprint !== "missing",
  );
  return Object.fromEntries(set.map(([name]) => [`todo:${name}`, "set"]));
}

async function objectsOf(settings: Settings, template: Template): Promise<Map<string, KubernetesObject>> {
  // The checksum differs wherever a secret does; the secrets are compared by themselves.
  const rendered = await renderCharts(chartsOf(partsOf(settings)).map(withoutChecksum), template);
  const entries = Object.values(rendered).flatMap(({ chart, objects }) =>
    objects.map((object) => {
      const name = object.metadata.name.replace(`-${NAME}`, "");
      return [`${chart}: ${object.kind} ${name}`, object] as const;
    }),
  );
  return new Map(entries);
}
