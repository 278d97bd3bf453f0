// A program of a chart of its own under Pulumi's mocks: prepared, checked, installed.
// Does not prove: what the provider and a cluster make of it.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../src/kubernetes/object.ts";
import { LocalChart } from "../src/local-chart.ts";
import { checkCharts, type PrepareOptions, prepareCharts } from "../src/prepare.ts";
import { recall } from "../src/preview/last-known.ts";
import { type ChartArgs, type RenderedChart, renderCharts } from "../src/render/chart.ts";
import { digest } from "../src/render/digest.ts";

const web: ChartArgs = { chart: "./charts/web", release: "web-dev", namespace: "shop-dev", values: { replicas: 2 } };
const deployment = (url: string, resources: object = {}): KubernetesObject => {
  const env = [{ name: "MAIL_URL", value: url }];
  const containers = [{ name: "web", image: "localhost/web:1", env, resources }];
  const template = { metadata: { labels: { app: "web" } }, spec: { containers } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web-dev" }, spec: { template } };
};
const fits = [deployment("https://mail.example.org")];
const wiring = { environment: "dev", namespace: "shop-dev" };
const policy = { rules: [], enforcement: "mandatory" } as const;
const checks = { wiring, policy: { ...policy, rules: [] } };

describe("checkCharts", () => {
  const rendered = async (objects: KubernetesObject[]): Promise<RenderedChart[]> => {
    const template = Object.assign(async () => objects, { folder: import.meta.dirname });
    return [(await renderCharts({ web }, template)).web];
  };
  const quota = {
    limits: { cpu: "1", memory: "1Gi", storageGiB: 1 },
    key: (part: string) => `shop:${part}`,
    file: "s.yaml",
  };

  it("lets pass what fits", async () => {
    checkCharts(await rendered(fits), { ...checks, quota });
  });

  it("refuses what is not wired", async () => {
    const charts = await rendered([deployment("http://mailer:25")]);
    assert.throws(() => checkCharts(charts, checks), {
      message: /^The charts of dev do not fit together in 1 place; /,
    });
  });

  it("refuses what breaks a rule", async () => {
    const rule = { id: "none", title: "", check: () => [{ where: "Deployment web-dev", text: "expected nothing" }] };
    const charts = await rendered(fits);
    assert.throws(() => checkCharts(charts, { ...checks, policy: { rules: [rule], enforcement: "mandatory" } }), {
      message: /\n {2}none web, Deployment web-dev: expected nothing$/,
    });
  });

  it("refuses what finds no room, in the words of the settings", async () => {
    const charts = await rendered([deployment("https://mail.example.org", { requests: { cpu: "1" } })]);
    assert.throws(() => checkCharts(charts, { ...checks, quota }), {
      message:
        "s.yaml has 1 problem; nothing was changed.\n  shop:cpu: expected at least 3000m, which this environment takes during a rollout, found 1000m; raise it, or lower replicas or resources",
    });
    checkCharts(charts, checks);
  });
});

describe("a program with a chart of its own", () => {
  const own = { cwd: process.cwd(), state: process.env.XDG_STATE_HOME, kubeconfig: process.env.KUBECONFIG };
  let state: string;
  before(() => {
    process.chdir(import.meta.dirname);
    state = mkdtempSync(join(tmpdir(), "state-"));
    Object.assign(process.env, { XDG_STATE_HOME: state, KUBECONFIG: "/dev/null" });
  });
  after(() => {
    process.chdir(own.cwd);
    rmSync(state, { recursive: true });
    for (const [name, value] of [
      ["XDG_STATE_HOME", own.state],
      ["KUBECONFIG", own.kubeconfig],
    ] as const) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  /** Runs a program that installs `web`; the provider's Helm answers with these objects. */
  async function run(
    preview: boolean,
    objects: KubernetesObject[],
    options: Partial<PrepareOptions> = {},
    look = (_: object) => {},
    more: Record<string, ChartArgs> = {},
  ) {
    const registered: pulumi.runtime.MockResourceArgs[] = [];
    const asked: Record<string, unknown>[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: (args) => {
          registered.push(args);
          return { id: `${args.name}-id`, state: args.inputs };
        },
        call: ({ inputs }) => {
          asked.push(JSON.parse(inputs.jsonOpts));
          return { result: objects };
        },
      },
      "shop",
      "dev",
      preview,
    );
    await pulumi.runtime.runInPulumiStack(async () => {
      const provider = new kubernetes.Provider("cluster", { context: "lab" });
      const wanted = { web, none: undefined, ...more };
      const charts = await prepareCharts(wanted, { ...checks, provider, context: "lab", ...options });
      look(charts.web);
      new LocalChart("web", charts.web, { provider });
      return undefined;
    });
    await pulumi.runtime.disconnect();
    const release = registered.find(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    return { registered: registered.map(({ type, name }) => `${type} ${name}`), release: release?.inputs, asked };
  }

  it("installs what was rendered, as it was rendered", async () => {
    const { registered, release, asked } = await run(false, fits, { kubeVersion: "1.36.0" });
    assert.deepEqual(registered, [
      "pulumi:pulumi:Stack shop-dev",
      "pulumi:providers:kubernetes cluster",
      "local-charts:index:LocalChart web",
      "kubernetes:helm.sh/v3:Release web",
    ]);
    assert.deepEqual(release, {
      ...{ name: "web-dev", namespace: "shop-dev", chart: "./charts/web", values: { replicas: 2 } },
      ...{
        description: `objects ${digest(fits)}`,
        timeout: 120,
        maxHistory: 10,
        replace: true,
        skipAwait: true,
        resetValues: true,
      },
      compat: "true",
    });
    assert.deepEqual([asked.length, asked[0].kube_version], [1, "1.36.0"]);
  });

  it("installs a chart as it was prepared: nobody can change it in between", async () => {
    let prepared: object = {};
    await run(false, fits, {}, (chart) => {
      prepared = chart;
    });
    assert.equal(Object.isFrozen(prepared), true);
  });

  it("remembers it under the project's name, or the program's", async () => {
    await run(false, fits);
    await run(false, fits, { program: "shop-of-mine" });
    for (const name of ["shop", "shop-of-mine"]) {
      assert.equal(recall(join(state, name, "deployed"), "shop-dev", "web-dev")?.objects.length, 1, name);
    }
  });

  it("ends before it installs what two charts would make", async () => {
    const more = { api: { ...web, chart: "./charts/api", release: "api-dev" } };
    for (const preview of [true, false]) {
      await assert.rejects(run(preview, fits, {}, undefined, more), {
        message:
          "charts/api, Deployment web-dev: expected one object of this kind and name, found another in charts/web, release web-dev; rename or remove one",
      });
    }
  });

  it("ends before it installs what does not fit", async () => {
    for (const preview of [true, false]) {
      await assert.rejects(run(preview, [deployment("http://mailer:25")]), /do not fit together in 1 place/);
    }
  });
});
