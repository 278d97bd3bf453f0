// What local-charts promises, kept for a program and charts that are none of its own.
// Does not prove: that the images run, nor what a cluster makes of the objects.
import { strict as assert } from "node:assert";
import { resolve } from "node:path";
import { helmTemplate, type RenderedChart, renderCharts } from "local-charts";
import { type FakeCluster, fakeCluster } from "../../../packages/local-charts/test/support/fake-cluster.ts";
import { type Run, run } from "./support/run.ts";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** The sentence, or sentences, that a program ends with. */
async function refusal(changes: Run): Promise<string[]> {
  for (const preview of [true, false]) {
    try {
      await run({ ...changes, preview });
    } catch (error) {
      if (!preview) return (error as Error).message.split("\n");
      continue;
    }
    throw new Error(`nothing ended ${preview ? "the preview" : "the update"}`);
  }
  throw new Error("unreachable");
}

describe("guestbook", function () {
  this.timeout(60_000);

  it("installs the store, then the page, into a namespace with a Secret and a quota", async () => {
    const { resources, told } = await run({ preview: false });
    assert.deepEqual(Object.keys(resources).toSorted(), [
      "kubernetes:core/v1:Namespace namespace",
      "kubernetes:core/v1:ResourceQuota quota",
      "kubernetes:core/v1:Secret secret",
      `${RELEASE} store`,
      `${RELEASE} web`,
      "local-charts:index:LocalChart store",
      "local-charts:index:LocalChart web",
      "pulumi:providers:kubernetes cluster",
      "pulumi:pulumi:Stack guestbook-dev",
    ]);
    const { description, compat: _, ...web } = resources[`${RELEASE} web`];
    assert.match(String(description), /^objects [0-9a-f]{12}$/);
    const { values, ...rest } = web as { values: { secret: { checksum: string } } };
    assert.deepEqual(rest, {
      name: "web",
      namespace: "guestbook-dev",
      chart: "./charts/web",
      timeout: 120,
      maxHistory: 10,
      replace: true,
      skipAwait: true,
      resetValues: true,
    });
    const { checksum } = values.secret;
    assert.deepEqual(values, { secret: { name: "guestbook", checksum }, replicas: 2, store: "store:6379" });
    assert.deepEqual(told, {});
  });

  it("restarts both when the password's generation changes, and neither otherwise", async () => {
    const digests = async (changes: Run) => {
      const { resources } = await run({ ...changes, preview: false });
      return ["store", "web"].map((name) => resources[`${RELEASE} ${name}`].description);
    };
    const [before, same, after] = [
      await digests({}),
      await digests({}),
      await digests({ config: { generation: "2" } }),
    ];
    assert.deepEqual(before, same);
    assert.ok(before.every((each, index) => each !== after[index]));
  });

  describe("beside a cluster that has revision 3", () => {
    let cluster: FakeCluster;
    before(async () => {
      const folder = resolve(import.meta.dirname, "..");
      const place = { namespace: "guestbook-dev" };
      const { resources } = await run({ preview: false });
      const values = (name: string) => resources[`${RELEASE} ${name}`].values as Record<string, string>;
      const charts: Record<string, RenderedChart> = await renderCharts(
        {
          store: { chart: "./charts/store", release: "store", ...place, values: values("store") },
          web: { chart: "./charts/web", release: "web", ...place, values: values("web") },
        },
        helmTemplate(folder),
      );
      const records = Object.values(charts).map(({ release, objects }) => {
        // Once somebody had written a token down.
        const found = structuredClone(objects);
        for (const { kind, metadata } of found) {
          if (release === "web" && kind === "Service") metadata.annotations = { "example.org/token": "canary-4711" };
        }
        return { release, revision: 3, status: "deployed", objects: found };
      });
      cluster = await fakeCluster("minikube", records);
    });
    after(() => cluster.close());

    const beside = async (changes: Run = {}) => (await run({ ...changes, kubeconfig: cluster.kubeconfig })).told;

    it("shows what differs, and no secret", async () => {
      assert.deepEqual(await beside(), {
        web: [
          "web, compared with revision 3: objects 1 changed",
          "  ~ Service web",
          '    metadata.annotations: {"example.org/token":"[redacted]"} → nothing',
        ].join("\n"),
      });
    });

    it("sees an edited template, and a changed setting, with object and field", async () => {
      const edits: Run["edits"] = [["store/templates/statefulset.yaml", "cpu: 50m", "cpu: 60m"]];
      const { store, web } = await beside({ edits, config: { replicas: "3" } });
      assert.deepEqual(store.split("\n"), [
        "store, compared with revision 3: objects 1 changed",
        "  ~ StatefulSet store",
        "    ! its pods are replaced, and nothing serves until the new one is ready",
        '    spec.template.spec.containers[redis].resources.requests.cpu: "50m" → "60m"',
      ]);
      assert.match(web, /~ Deployment web\n {4}spec\.replicas: 2 → 3$/m);
      const digest = async (changes: Run) => (await run(changes)).resources[`${RELEASE} store`].description;
      assert.notEqual(await digest({ edits }), await digest({}));
    });
  });

  describe("ends, in preview and in update", () => {
    const cases: [title: string, changes: Run, sentences: string[]][] = [
      [
        "where a template is broken, with chart, file and line",
        { edits: [["web/templates/service.yaml", "{{ .Release.Name }}", "{{ nosuch }}"]] },
        [
          'charts/web does not render for dev: parse error at (web/templates/service.yaml:4): function "nosuch" not defined; fix the chart, or the key of Pulumi.dev.yaml that the value comes from',
        ],
      ],
      [
        "where a chart asks for another value, with the key that it comes from",
        {
          edits: [["web/templates/deployment.yaml", "{{ .Values.replicas }}", '{{ fail ".Values.replicas is odd" }}']],
          config: { replicas: "3" },
        },
        [
          "charts/web does not render for dev: execution error at (web/templates/deployment.yaml:6:15): .Values.replicas is odd; replicas is guestbook:replicas of Pulumi.dev.yaml",
        ],
      ],
      [
        "where no such Service is there",
        { edits: [["web/templates/deployment.yaml", "@{{ .Values.store }}", "@stroe:6379"]] },
        [
          "The charts of dev do not fit together in 1 place; nothing was changed.",
          "  charts/web, Deployment web, env PODINFO_CACHE_SERVER of container podinfo: expected a Service of namespace guestbook-dev, nearest store, found stroe:6379; fix charts/web or the values it gets",
        ],
      ],
      [
        "where a Secret has no such key",
        { edits: [["web/templates/deployment.yaml", "key: PASSWORD", "key: PASSWRD"]] },
        [
          "The charts of dev do not fit together in 1 place; nothing was changed.",
          "  charts/web, Deployment web, env PASSWORD of container podinfo: expected a key of Secret guestbook, nearest PASSWORD, found PASSWRD; fix charts/web or the values it gets",
        ],
      ],
      [
        "where a rule is broken",
        { edits: [["web/values.yaml", "podinfo:6.9.0", "podinfo:latest"]] },
        [
          "1 rule is broken by what dev would get; nothing was changed; fix it, or add an entry with a reason to the list of exceptions.",
          '  pinned-images web, Deployment web, container podinfo: expected an image with a tag that never moves, found "ghcr.io/stefanprodan/podinfo:latest"; a version, a digest or the hash of its content',
        ],
      ],
      [
        "where a quota is too small",
        { config: { cpu: "200m" } },
        [
          "Pulumi.dev.yaml has 1 problem; nothing was changed.",
          "  guestbook:cpu: expected at least 300m, which this environment takes during a rollout, found 200m; raise it, or lower replicas or resources",
        ],
      ],
      [
        "where a volume finds no room",
        { edits: [["store/values.yaml", "size: 1Gi", "size: 1500Mi"]] },
        [
          "Pulumi.dev.yaml has 1 problem; nothing was changed.",
          "  guestbook:storageGiB: expected at least 2, which this environment takes during a rollout, found 1; raise it, or lower replicas or resources",
        ],
      ],
      [
        "where a secret stands in the clear, without showing it",
        {
          edits: [
            [
              "web/templates/deployment.yaml",
              "            - name: PODINFO",
              "            - { name: API_TOKEN, value: canary-4711 }\n            - name: PODINFO",
            ],
          ],
        },
        [
          "1 rule is broken by what dev would get; nothing was changed; fix it, or add an entry with a reason to the list of exceptions.",
          "  secrets-by-name web, Deployment web, container podinfo: expected a secretKeyRef for API_TOKEN, found its value in the clear; Helm's record and every preview would show it",
        ],
      ],
    ];
    for (const [title, changes, sentences] of cases) {
      it(title, async () => assert.deepEqual(await refusal(changes), sentences));
    }
  });
});
