import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { CLUSTER_UID, ensured, inSameCluster, wayFor } from "local-charts";
import { hardLimits, type KubernetesObject, type Quota } from "local-charts/objects";
import { NAMESPACE_LABELS } from "./namespace.ts";
import { type RandomSource, type SecretSource, type SecretSpec, type Secrets, specsOf } from "./secrets.ts";

export interface EnvironmentArgs {
  namespace: string;
  /** The Secrets that have to be there before any chart. */
  secrets: Secrets;
  /** The values that the program makes, whether or not a Secret has them now. */
  random: RandomSource[];
  /** What all its pods and volumes may take together, so that no environment starves another. */
  quota: Quota;
}

/** An environment, and the provider for what is made for one content. */
export interface EnvironmentOptions extends EnvironmentArgs {
  contents: pulumi.ProviderResource;
  /** The kubeconfig's context of the cluster. */
  context: string;
  /** What clusterUid answered. */
  cluster: string | undefined;
  /** Whether this login may make and change the namespace; else it is somebody else's, and only read. */
  writesNamespace: boolean;
}

/** The namespace of an environment, its limits and its Secrets. */
export class Environment extends pulumi.ComponentResource {
  /** The environment, once all of it is in the cluster, whatever somebody has deleted there. */
  readonly ready: pulumi.Output<pulumi.Resource>;

  constructor(name: string, args: EnvironmentOptions, opts: pulumi.ComponentResourceOptions) {
    super("todo:index:Environment", name, {}, opts);
    const { context, cluster, writesNamespace } = args;
    const annotations = cluster === undefined ? undefined : { [CLUSTER_UID]: cluster };
    const metadata = { name: args.namespace, labels: NAMESPACE_LABELS, annotations };
    // The state keeps the cluster that it was made in.
    const made = new kubernetes.core.v1.Namespace(
      "namespace",
      { metadata },
      {
        parent: this,
        ...(writesNamespace ? { ignoreChanges: ["metadata.annotations"] } : asItIs(args.namespace)),
      },
    );
    const namespace = inSameCluster(made, context, cluster).apply(() =>
      ensured(made, context, { apiVersion: "v1", kind: "Namespace", metadata }),
    );
    const inNamespace = { parent: this, dependsOn: namespace };

    const place = { name: "environment", namespace: args.namespace };
    const quota = { metadata: place, spec: { hard: hardLimits(args.quota) } };
    const defaults = { metadata: place, spec: { limits: [CONTAINER_DEFAULTS] } };
    const there = [
      ensured(new kubernetes.core.v1.ResourceQuota("quota", quota, inNamespace), context, {
        ...{ apiVersion: "v1", kind: "ResourceQuota", ...quota },
      }),
      ensured(new kubernetes.core.v1.LimitRange("defaults", defaults, inNamespace), context, {
        ...{ apiVersion: "v1", kind: "LimitRange", ...defaults },
      }),
    ];

    const values = new SecretValues(this, args.random);
    for (const spec of specsOf(args.secrets)) {
      const { secret, object } = preCreatedSecret(spec, args.namespace, context, values, {
        ...inNamespace,
        provider: args.contents,
      });
      there.push(ensured(secret, context, object));
    }
    this.ready = pulumi.all(there).apply((): pulumi.Resource => this);
    this.registerOutputs({ namespace: args.namespace });
  }
}

/** Of a namespace that is there and somebody else's to change: it is read, and a destroy leaves it. */
const asItIs = (name: string): pulumi.CustomResourceOptions => ({
  import: name,
  ignoreChanges: ["metadata", "spec"],
  retainOnDelete: true,
});

/** What a container gets that states nothing itself, as one of `kubectl run`: under a quota it would be refused. */
const CONTAINER_DEFAULTS = {
  type: "Container",
  defaultRequest: { cpu: "50m", memory: "64Mi" },
  default: { cpu: "500m", memory: "256Mi" },
};

/**
 * What of an environment is made for one content; what is not current goes when no pod needs it.
 * @param releases whose charts make ConfigMaps so
 */
export function contentsOf({ namespace, secrets }: EnvironmentArgs, releases: string[]) {
  const labels = Object.entries(CONTENT_LABELS).map(([name, value]) => `${name}=${value}`);
  const configmaps = `app.kubernetes.io/component=config,app.kubernetes.io/instance in (${releases.join(",")})`;
  const current = specsOf(secrets).map(({ name }) => name);
  return { namespace, contents: { secrets: labels.join(","), configmaps }, current };
}

/** By which removeUnused knows what is made for one content. */
const CONTENT_LABELS = { "app.kubernetes.io/part-of": "todo", "app.kubernetes.io/component": "secrets" };

/** What the keys hold. Random values are of letters and digits, which need no quoting in URLs and shells. */
class SecretValues {
  private readonly parent: pulumi.Resource;
  /** By resource: several keys and Secrets may have one value. */
  private readonly made = new Map<string, pulumi.Output<string>>();

  constructor(parent: pulumi.Resource, sources: RandomSource[]) {
    this.parent = parent;
    for (const source of sources) this.random(source);
  }

  of(key: string, source: SecretSource): pulumi.Input<string> {
    if (source.from === "random") return this.random(source);
    if (source.from === "password") return this.random(source.password).apply(source.text);
    if (source.from === "program") return source.text;
    const { value, part } = source;
    if (!value) throw new pulumi.RunError(`${key}: its value is not known here; only \`pulumi\` decrypts stack files`);
    return part ? value.apply(part) : value;
  }

  private random({ resource, length, generation }: RandomSource): pulumi.Output<string> {
    const made = this.made.get(resource);
    if (made) return made;
    const args = { length, special: false, keepers: { generation } };
    // Another generation replaces it, which protection would forbid; the Secret that has its value is never replaced.
    const { result } = new random.RandomPassword(resource, args, { parent: this.parent, protect: false });
    this.made.set(resource, result);
    return result;
  }
}

/**
 * A Secret for one content: another content has another name. So a pod that restarts finds what it started with, until the
 * update that brings it another has replaced it; removeUnused takes away what no pod can need any more.
 */
function preCreatedSecret(
  { name, family, type, keys }: SecretSpec,
  namespace: string,
  context: string,
  values: SecretValues,
  opts: pulumi.CustomResourceOptions,
): { secret: kubernetes.core.v1.Secret; object: pulumi.Output<KubernetesObject> } {
  const stringData = Object.fromEntries(Object.entries(keys).map(([key, source]) => [key, values.of(key, source)]));
  const args = { metadata: { name, namespace, labels: CONTENT_LABELS }, type, immutable: true, stringData };
  const object = pulumi.output({ apiVersion: "v1", kind: "Secret", ...args }) as pulumi.Output<unknown>;
  const whole = object as pulumi.Output<KubernetesObject>;
  // A generation that was taken back names a Secret that is still there, with the value of then.
  const way = wayFor(context, whole);
  const data = Object.entries(stringData).map(([key, value]) => [key, way.apply(() => value)]);
  const secret = new kubernetes.core.v1.Secret(
    family,
    { ...args, stringData: Object.fromEntries(data) },
    // Of what holds another content Pulumi forgets the old one, which protection would forbid too.
    { ...opts, protect: false, retainOnDelete: true },
  );
  return { secret, object: whole };
}
