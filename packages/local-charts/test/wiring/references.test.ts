// What a pod refers to by name has to be rendered, or made before: each defect planted in a small environment, and the exact
// sentence about it. Does not prove: that what is there holds what the image expects.
import { strict as assert } from "node:assert";
import { API, type Case, DB, fix, JOB, problems, type Shop, shop, WEB } from "../support/shop.ts";

const variable =
  (reference: object, name = "A") =>
  (one: Shop) =>
    one.container("Deployment web-dev").env.push({ name, valueFrom: reference });
const volume = (source: object) => (one: Shop) => {
  one.find("Deployment web-dev").spec.template.spec.volumes = [{ name: "files", ...source }];
};
const pod = (fields: object) => (one: Shop) => Object.assign(one.find("Deployment web-dev").spec.template.spec, fields);
const ENV = `${WEB}, env A of container web`;
const SECRET = "expected a Secret that the environment makes";
const map = (one: Shop) =>
  one.add("web", "v1", "ConfigMap", "colours", { data: { RED: "1" }, binaryData: { BLUE: "Mg==" } });
const secret = (one: Shop) =>
  one.add("web", "v1", "Secret", "words", { data: { ONE: "MQ==" }, stringData: { TWO: "2" } });
const both =
  (...changes: ((one: Shop) => void)[]) =>
  (one: Shop) => {
    for (const change of changes) change(one);
  };
const tls =
  (annotations: object | undefined, ...names: (string | undefined)[]) =>
  (one: Shop) => {
    const ingress = one.add("web", "networking.k8s.io/v1", "Ingress", "web-dev", {
      spec: { tls: names.map((secretName) => ({ secretName })) },
    });
    ingress.metadata.annotations = annotations;
  };

const cases: Case[] = [
  [
    "a Secret that nobody makes",
    variable({ secretKeyRef: { name: "web-secrets", key: "X" } }),
    [`${ENV}: ${SECRET}, nearest db-secrets, found web-secrets; ${fix("web")}`],
  ],
  [
    "a Secret without a name",
    variable({ secretKeyRef: { key: "X" } }),
    [`${ENV}: ${SECRET}, nearest db-secrets, found ; ${fix("web")}`],
  ],
  [
    "a Secret, where the program names none",
    (one) => {
      one.facts.secrets = undefined;
      one.container("Deployment api-dev").env.shift();
      one.find("Job api-dev-migration").spec.template.spec.containers[0].env = [];
    },
    [
      `${DB}, env PASSWORD of container db: expected a Secret of the charts, or of the option wiring.secrets (there is no Secret), found db-secrets; ${fix("db")}`,
    ],
  ],
  [
    "a key that the Secret does not have",
    variable({ secretKeyRef: { name: "api-secrets", key: "SECRET" } }),
    [`${ENV}: expected a key of Secret api-secrets, nearest SECRET_KEY, found SECRET; ${fix("web")}`],
  ],
  [
    "a key that is unlike any",
    variable({ secretKeyRef: { name: "api-secrets", key: "HTTP" } }, "WORD"),
    [
      `${WEB}, env WORD of container web: expected a key of Secret api-secrets (DATABASE_URL, SECRET_KEY), found HTTP; change web-dev.secretKeys.WORD in dev.yaml`,
    ],
  ],
  [
    "a key, where nobody knows of keys of settings",
    both(
      (one) => delete one.facts.secretKeyOf,
      variable({ secretKeyRef: { name: "db-secrets", key: "HTTP" } }, "WORD"),
    ),
    [`${WEB}, env WORD of container web: expected a key of Secret db-secrets (PASSWORD), found HTTP; ${fix("web")}`],
  ],
  ["not one that may be absent", variable({ secretKeyRef: { name: "x", key: "y", optional: true } }), []],
  ["not a field of the pod", variable({ fieldRef: { fieldPath: "metadata.name" } }), []],
  [
    "not keys of a chart's own Secret",
    both(
      secret,
      variable({ secretKeyRef: { name: "words", key: "ONE" } }),
      variable({ secretKeyRef: { name: "words", key: "TWO" } }, "B"),
    ),
    [],
  ],
  [
    "a key of a chart's own Secret",
    both(secret, variable({ secretKeyRef: { name: "words", key: "SIX" } })),
    [`${ENV}: expected a key of Secret words, nearest ONE, found SIX; ${fix("web")}`],
  ],
  [
    "a Secret of a chart in another namespace",
    both(
      (one) => (secret(one).metadata.namespace = "elsewhere"),
      variable({ secretKeyRef: { name: "words", key: "ONE" } }),
    ),
    [`${ENV}: ${SECRET} (db-secrets, api-secrets), found words; ${fix("web")}`],
  ],
  [
    "not one that names the own namespace",
    both(
      (one) => (secret(one).metadata.namespace = "shop-dev"),
      variable({ secretKeyRef: { name: "words", key: "ONE" } }),
    ),
    [],
  ],
  [
    "a kind of the same name in another group",
    both(
      (one) => one.add("web", "example.org/v1", "Secret", "words"),
      variable({ secretKeyRef: { name: "words", key: "ONE" } }),
    ),
    [`${ENV}: ${SECRET} (db-secrets, api-secrets), found words; ${fix("web")}`],
  ],
  [
    "a ConfigMap that is not rendered",
    variable({ configMapKeyRef: { name: "c", key: "k" } }),
    [`${ENV}: expected a rendered ConfigMap (there is no ConfigMap), found c; ${fix("web")}`],
  ],
  [
    "another ConfigMap",
    both(map, variable({ configMapKeyRef: { name: "colors", key: "RED" } })),
    [`${ENV}: expected a rendered ConfigMap, nearest colours, found colors; ${fix("web")}`],
  ],
  [
    "not the keys of a ConfigMap",
    both(
      map,
      variable({ configMapKeyRef: { name: "colours", key: "RED" } }),
      variable({ configMapKeyRef: { name: "colours", key: "BLUE" } }, "B"),
    ),
    [],
  ],
  [
    "another key of a ConfigMap",
    both(map, variable({ configMapKeyRef: { name: "colours", key: "REED" } })),
    [`${ENV}: expected a key of ConfigMap colours, nearest RED, found REED; ${fix("web")}`],
  ],
  [
    "not the ConfigMap that Kubernetes makes",
    variable({ configMapKeyRef: { name: "kube-root-ca.crt", key: "ca.crt" } }),
    [],
  ],
  [
    "a Secret of that name",
    variable({ secretKeyRef: { name: "kube-root-ca.crt", key: "ca.crt" } }),
    [`${ENV}: ${SECRET} (db-secrets, api-secrets), found kube-root-ca.crt; ${fix("web")}`],
  ],
  [
    "all of a Secret or ConfigMap that nobody makes",
    (one) => {
      const envFrom = [
        { secretRef: { name: "api-secrets" } },
        { secretRef: { name: "x" } },
        { configMapRef: { name: "y" } },
        { secretRef: { name: "z", optional: true } },
        {},
      ];
      Object.assign(one.container("Deployment web-dev"), { envFrom });
    },
    [
      `${WEB}, envFrom[1] of container web: ${SECRET} (db-secrets, api-secrets), found x; ${fix("web")}`,
      `${WEB}, envFrom[2] of container web: expected a rendered ConfigMap (there is no ConfigMap), found y; ${fix("web")}`,
    ],
  ],
  [
    "a mount of no volume",
    (one) => (one.container("StatefulSet db-dev").volumeMounts = [{ name: "data" }, { name: "date" }]),
    [`${DB}, volumeMounts[1] of container db: expected a volume of the pod, nearest data, found date; ${fix("db")}`],
  ],
  [
    "a mount where there are no volumes",
    (one) => (one.container("Deployment web-dev").volumeMounts = [{ name: "x" }]),
    [
      `${WEB}, volumeMounts[0] of container web: expected a volume of the pod (there is no volume), found x; ${fix("web")}`,
    ],
  ],
  [
    "a mount in the pod of a Job, or of a test",
    (one) => {
      one.container("Job api-dev-migration").volumeMounts = [{ name: "x" }];
      one.container("Pod web-dev-test").volumeMounts = [{ name: "y" }];
    },
    [
      `${JOB}, volumeMounts[0] of container migration: expected a volume of the pod (there is no volume), found x; ${fix("api")}`,
      `charts/web, Pod web-dev-test, volumeMounts[0] of container test: expected a volume of the pod (there is no volume), found y; ${fix("web")}`,
    ],
  ],
  [
    "not a mount of a volume",
    both(volume({ emptyDir: {} }), (one) => (one.container("Deployment web-dev").volumeMounts = [{ name: "files" }])),
    [],
  ],
  [
    "not the account that is there",
    (one) => (one.find("Deployment api-dev").spec.template.spec.serviceAccountName = "api-dev"),
    [],
  ],
  [
    "not what the program makes itself, whatever its keys",
    (one) => {
      one.facts.made = ["ServiceAccount runner", "ConfigMap colours", "PersistentVolumeClaim data"];
      const volumes = [{ name: "files", persistentVolumeClaim: { claimName: "data" } }];
      Object.assign(one.find("Deployment web-dev").spec.template.spec, { serviceAccountName: "runner", volumes });
      variable({ configMapKeyRef: { name: "colours", key: "RED" } })(one);
    },
    [],
  ],
  [
    "one of what the program makes that has another kind or name",
    both(
      (one) => (one.facts.made = ["ConfigMap runner", "ServiceAccount runner"]),
      pod({
        serviceAccountName: "runer",
        volumes: [{ name: "files", persistentVolumeClaim: { claimName: "runner" } }],
      }),
    ),
    [
      `${WEB}, serviceAccountName: expected a rendered ServiceAccount, nearest runner, found runer; ${fix("web")}`,
      `${WEB}, volume files: expected a rendered PersistentVolumeClaim (there is no PersistentVolumeClaim), found runner; ${fix("web")}`,
    ],
  ],
  ["not the default account", pod({ serviceAccountName: "default" }), []],
  [
    "an account that nobody makes",
    (one) => (one.find("Deployment api-dev").spec.template.spec.serviceAccountName = "api"),
    [`${API}, serviceAccountName: expected a rendered ServiceAccount, nearest api-dev, found api; ${fix("api")}`],
  ],
  [
    "an account unlike any",
    pod({ serviceAccountName: "somebody" }),
    [
      `${WEB}, serviceAccountName: expected a rendered ServiceAccount (default, api-dev), found somebody; ${fix("web")}`,
    ],
  ],
  [
    "a registry's Secret that nobody makes",
    pod({ imagePullSecrets: [{ name: "db-secrets" }, { name: "registry" }] }),
    [`${WEB}, imagePullSecrets[1]: ${SECRET} (db-secrets, api-secrets), found registry; ${fix("web")}`],
  ],
  [
    "a volume of a Secret that nobody makes",
    volume({ secret: { secretName: "x" } }),
    [`${WEB}, volume files: ${SECRET} (db-secrets, api-secrets), found x; ${fix("web")}`],
  ],
  ["not a volume of a Secret", volume({ secret: { secretName: "api-secrets", items: [{ key: "SECRET_KEY" }] } }), []],
  ["not a volume of an optional Secret", volume({ secret: { secretName: "x", optional: true } }), []],
  [
    "a volume of keys of a Secret",
    volume({ secret: { secretName: "db-secrets", items: [{ key: "PASSWORD" }, { key: "X" }, { key: "Y" }] } }),
    ["X", "Y"].map(
      (key) => `${WEB}, volume files: expected a key of Secret db-secrets (PASSWORD), found ${key}; ${fix("web")}`,
    ),
  ],
  [
    "a volume of a ConfigMap that is not rendered",
    volume({ configMap: { name: "x" } }),
    [`${WEB}, volume files: expected a rendered ConfigMap (there is no ConfigMap), found x; ${fix("web")}`],
  ],
  [
    "a volume of a key of a ConfigMap",
    both(map, volume({ configMap: { name: "colours", items: [{ key: "RED" }, { key: "REED" }] } })),
    [`${WEB}, volume files: expected a key of ConfigMap colours, nearest RED, found REED; ${fix("web")}`],
  ],
  [
    "a projected volume's sources",
    both(
      map,
      volume({
        projected: {
          sources: [
            { secret: { name: "x" } },
            { configMap: { name: "colours", items: [{ key: "REED" }] } },
            { downwardAPI: {} },
            { secret: { name: "db-secrets" } },
          ],
        },
      }),
    ),
    [
      `${WEB}, volume files: ${SECRET} (db-secrets, api-secrets), found x; ${fix("web")}`,
      `${WEB}, volume files: expected a key of ConfigMap colours, nearest RED, found REED; ${fix("web")}`,
    ],
  ],
  [
    "a volume of no claim",
    volume({ persistentVolumeClaim: { claimName: "x" } }),
    [
      `${WEB}, volume files: expected a rendered PersistentVolumeClaim (there is no PersistentVolumeClaim), found x; ${fix("web")}`,
    ],
  ],
  [
    "a volume of another claim",
    both(
      (one) => one.add("web", "v1", "PersistentVolumeClaim", "pictures"),
      volume({ persistentVolumeClaim: { claimName: "picture" } }),
    ),
    [`${WEB}, volume files: expected a rendered PersistentVolumeClaim, nearest pictures, found picture; ${fix("web")}`],
  ],
  [
    "not a volume of a claim",
    both(
      (one) => one.add("web", "v1", "PersistentVolumeClaim", "pictures"),
      volume({ persistentVolumeClaim: { claimName: "pictures" } }),
    ),
    [],
  ],
  [
    "an Ingress's certificate that nobody makes",
    tls(undefined, "db-secrets", undefined, "web-tls"),
    [
      `charts/web, Ingress web-dev, spec.tls[2].secretName: ${SECRET} (db-secrets, api-secrets), found web-tls; ${fix("web")}`,
    ],
  ],
  [
    "an Ingress's certificate, whatever else is said of it",
    tls(
      { "example.org/cert-manager.io": "x", "kubernetes.io/tls-acme-not": "true", "x.kubernetes.io/tls-acme": "true" },
      "web-tls",
    ),
    [
      `charts/web, Ingress web-dev, spec.tls[0].secretName: ${SECRET} (db-secrets, api-secrets), found web-tls; ${fix("web")}`,
    ],
  ],
  ["not one that cert-manager makes", tls({ other: "x", "cert-manager.io/cluster-issuer": "x" }, "web-tls"), []],
  ["not one that is asked for in the old way", tls({ "kubernetes.io/tls-acme": "true" }, "web-tls"), []],
  [
    "not a list of the same name in another kind",
    (one) => one.add("web", "example.org/v1", "Ingress", "x", { spec: { tls: [{ secretName: "x" }] } }),
    [],
  ],
  [
    "not an Ingress without certificates",
    (one) => one.add("web", "networking.k8s.io/v1", "Ingress", "x", { spec: {} }),
    [],
  ],
];

describe("of what pods refer to, the check refuses", () => {
  for (const [what, change, says] of cases) it(what, () => assert.deepEqual(problems(change), says));

  it("not what a chart in another namespace refers to", () => {
    const { find } = shop(variable({ secretKeyRef: { name: "x", key: "y" } }));
    assert.equal(find("Deployment web-dev").spec.template.spec.containers[0].env.length, 2);
    const elsewhere = (one: Shop) => (one.find("Deployment web-dev").metadata.namespace = "elsewhere");
    const said = problems(variable({ secretKeyRef: { name: "x", key: "y" } }), elsewhere);
    assert.deepEqual(said, [
      `charts/web, Service web-dev, spec.selector: expected labels of a rendered workload's pods, found app=web; ${fix("web")}`,
    ]);
  });

  it("somebody's account, and how to name it where a program may not know that it can", () => {
    const silent = (one: Shop) => (one.facts.secrets = undefined);
    const [said] = problems(silent, pod({ serviceAccountName: "runner" })).filter((text) => text.startsWith(WEB));
    const expected = "expected a ServiceAccount of the charts, or of the option wiring.made (default, api-dev)";
    assert.equal(said, `${WEB}, serviceAccountName: ${expected}, found runner; ${fix("web")}`);
  });
});
