import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { CONTAINER_DEFAULTS, hardLimits, type Quota } from "./quota";
import type { SecretSource, SecretSpec, Secrets } from "./secrets";

export interface EnvironmentArgs {
  namespace: string;
  /** The Secrets that have to be there before any chart. */
  secrets: Secrets;
  /** What all its pods and volumes may take together, so that no environment starves another. */
  quota: Quota;
}

/** The namespace of an environment, its limits and its Secrets. */
export class Environment extends pulumi.ComponentResource {
  constructor(name: string, args: EnvironmentArgs, opts: pulumi.ComponentResourceOptions) {
    super("todo:index:Environment", name, {}, opts);
    const metadata = { name: args.namespace, labels: NAMESPACE_LABELS };
    const namespace = new kubernetes.core.v1.Namespace("namespace", { metadata }, { parent: this });
    const inNamespace = { parent: this, dependsOn: namespace };

    const place = { name: "environment", namespace: args.namespace };
    new kubernetes.core.v1.ResourceQuota(
      "quota",
      { metadata: place, spec: { hard: hardLimits(args.quota) } },
      inNamespace,
    );
    new kubernetes.core.v1.LimitRange(
      "defaults",
      { metadata: place, spec: { limits: [CONTAINER_DEFAULTS] } },
      inNamespace,
    );

    const values = new SecretValues(this);
    for (const spec of [args.secrets.postgres, args.secrets.backend]) {
      if (spec) preCreatedSecret(spec, args.namespace, values, inNamespace);
    }
    this.registerOutputs({ namespace: args.namespace });
  }
}

/** Under "restricted", the cluster refuses a pod that runs as root, asks for capabilities or mounts the host. */
const NAMESPACE_LABELS = {
  "app.kubernetes.io/part-of": "todo",
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
};

/** What the keys hold. Random values are of letters and digits, which need no quoting in URLs and shells. */
class SecretValues {
  private password?: pulumi.Output<string>;

  constructor(private readonly parent: pulumi.Resource) {}

  of(key: string, source: SecretSource): pulumi.Output<string> {
    if (source.from === "random") {
      const { resource, length, generation } = source;
      const args = { length, special: false, keepers: { generation } };
      const { result } = new random.RandomPassword(resource, args, { parent: this.parent });
      if (key === "POSTGRES_PASSWORD") this.password = result;
      return result;
    }
    const value = source.from === "config" ? source.value : this.password?.apply(source.text);
    if (!value) throw new pulumi.RunError(`${key}: its value is not known here; only \`pulumi\` decrypts stack files`);
    return value;
  }
}

function preCreatedSecret(
  { name, keys }: SecretSpec,
  namespace: string,
  values: SecretValues,
  opts: pulumi.CustomResourceOptions,
): void {
  const stringData = Object.fromEntries(Object.entries(keys).map(([key, source]) => [key, values.of(key, source)]));
  new kubernetes.core.v1.Secret(name, { metadata: { name, namespace }, stringData }, opts);
}
