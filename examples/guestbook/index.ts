import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ChartArgs, checksum, explainBy, LocalChart, prepareCharts } from "local-charts";
import { hardLimits } from "local-charts/objects";

const SECRET = "guestbook";

// @ts-expect-error: what Node's own type stripping does not know (TS1294), and what Pulumi awaits.
export = async () => {
  const [config, stack] = [new pulumi.Config(), pulumi.getStack()];
  const context = config.require("context");
  const namespace = `guestbook-${stack}`;
  const settings = { replicas: config.requireNumber("replicas"), generation: config.require("generation") };
  const storageGiB = config.requireNumber("storageGiB");
  const limits = { cpu: config.require("cpu"), memory: config.require("memory"), storageGiB };
  const key = (path: string) => `guestbook:${path}`;
  const file = `Pulumi.${stack}.yaml`;

  const chartsOf = ({ replicas, generation }: typeof settings) => {
    const secret = { name: SECRET, checksum: checksum({ PASSWORD: generation }) };
    const store: ChartArgs = { chart: "./charts/store", release: "store", namespace, values: { secret } };
    const web = { chart: "./charts/web", release: "web", namespace, values: { secret, replicas, store: "store:6379" } };
    return { store, web };
  };

  const provider = new kubernetes.Provider("cluster", { context, clusterIdentifier: context });
  const charts = await prepareCharts(chartsOf(settings), {
    ...{ provider, context },
    wiring: { settingsFile: file, secrets: { [SECRET]: { PASSWORD: undefined } } },
    policy: { enforcement: "mandatory" },
    quota: { limits, key, file },
    explain: explainBy({
      ...{ settings, sections: settings, file },
      chartsOf: (changed) => Object.values(chartsOf(changed)),
      key: (path) => key(path.join(".")),
    }),
  });

  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  const inNamespace = new kubernetes.core.v1.Namespace(
    "namespace",
    { metadata: { name: namespace, labels } },
    { provider },
  );
  const made = { provider, dependsOn: inNamespace };
  const stringData = { PASSWORD: config.requireSecret("storePassword") };
  const secret = new kubernetes.core.v1.Secret("secret", { metadata: { name: SECRET, namespace }, stringData }, made);
  const spec = { hard: hardLimits(limits) };
  const quota = new kubernetes.core.v1.ResourceQuota("quota", { metadata: { name: "all", namespace }, spec }, made);

  const store = new LocalChart("store", charts.store, { provider, dependsOn: [secret, quota] });
  new LocalChart("web", charts.web, { provider, dependsOn: store.ready });
  return { open: `kubectl --context ${context} -n ${namespace} port-forward service/web 8080` };
};
