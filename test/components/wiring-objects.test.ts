// Rendered objects that do not fit together: each defect planted in a stack file, in a chart's values, in a copy of a template
// or in the objects, and the exact sentence about it.
// Does not prove: what an image does with its variables.
import { strict as assert } from "node:assert";
import type { Change } from "../support/stack-file.ts";
import { app, BACKEND, env, FRONTEND, fix, type Plant, pod, problems, renamed, variable } from "../support/wiring.ts";

const SERVICE = "helm/todo-backend, Service todo-backend-dev";
const behindIngress: Change = {
  "cluster.ingressClass": "traefik",
  origin: "https://todo.example.org",
  "cluster.tlsSecret": false,
};
const httpRoute = { enabled: true, parentRefs: [{ name: "gateway" }], hostnames: ["todo.example.org"] };

const objects: [what: string, plant: Plant, says: string][] = [
  [
    "a Service that selects no pods",
    { template: ["todo-backend/templates/service.yaml", "selector:", "selector:\n    tier: api"] },
    `${SERVICE}, spec.selector: expected labels of a rendered workload's pods, found tier=api, app.kubernetes.io/name=todo-backend, app.kubernetes.io/instance=todo-backend-dev; ${fix("backend")}`,
  ],
  [
    "a Service that selects the migration's pods too",
    {
      objects: (find) =>
        (find("Service todo-backend-dev").spec.selector = { "app.kubernetes.io/instance": "todo-backend-dev" }),
    },
    `${SERVICE}, spec.selector: expected pods that stay as long as the release, found those of Job todo-backend-dev-migration too; ${fix("backend")}`,
  ],
  [
    "a targetPort by a name that no container has",
    { objects: (find) => (find("Service todo-backend-dev").spec.ports[0].targetPort = "web") },
    `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment todo-backend-dev (http 8000, metrics 9464), found web; ${fix("backend")}`,
  ],
  [
    "a targetPort by a number that no container has",
    { objects: (find) => (find("Service todo-backend-dev").spec.ports[0].targetPort = 8080) },
    `${SERVICE}, spec.ports[0].targetPort: expected a port of the containers of Deployment todo-backend-dev (http 8000, metrics 9464), found 8080; ${fix("backend")}`,
  ],
  [
    "a probe of a name that its container does not have",
    { objects: (find) => (app(find("Deployment todo-frontend-dev")).startupProbe.httpGet.port = "htpp") },
    `${FRONTEND}, startupProbe of container todo-frontend: expected a port of the container (http 3000, metrics 9464), found htpp; ${fix("frontend")}`,
  ],
  [
    "a probe of a number that no container has",
    { objects: (find) => (app(find("Deployment todo-backend-dev")).livenessProbe = { tcpSocket: { port: 80 } }) },
    `${BACKEND}, livenessProbe of container todo-backend: expected a port of the container (http 8000, metrics 9464), found 80; ${fix("backend")}`,
  ],
  [
    "a hook of a port that is not there",
    {
      objects: (find) => (app(find("Deployment todo-backend-dev")).lifecycle.preStop = { httpGet: { port: "admin" } }),
    },
    `${BACKEND}, preStop of container todo-backend: expected a port of the container (http 8000, metrics 9464), found admin; ${fix("backend")}`,
  ],
  [
    "a node port twice",
    {
      config: { networkPolicies: "none" },
      objects: (find) => {
        const { spec } = find("Service todo-backend-dev");
        spec.ports[0].nodePort = 30300;
      },
    },
    "helm/todo-frontend, Service todo-frontend-dev, spec.ports[0].nodePort: expected a node port of its own, found 30300, which Service todo-backend-dev has too; change todo:frontend.service.nodePort in Pulumi.dev.yaml",
  ],
  [
    "a node port that is not the origin's",
    { objects: (find) => (find("Service todo-frontend-dev").spec.ports[0].nodePort = 30305) },
    "helm/todo-frontend, Service todo-frontend-dev, spec.ports[0].nodePort: expected port 30300, that of todo:origin, found 30305; change todo:frontend.service.nodePort in Pulumi.dev.yaml",
  ],
  [
    "an Ingress to no Service",
    {
      config: behindIngress,
      objects: (find) =>
        (find("Ingress todo-frontend-dev").spec.rules[0].http.paths[0].backend.service.name = "todo-frontend"),
    },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].http.paths[0].backend: expected a rendered Service, nearest todo-frontend-dev, found todo-frontend; ${fix("frontend")}`,
  ],
  [
    "an Ingress to no port",
    { config: behindIngress, template: ["todo-frontend/templates/ingress.yaml", "name: http", "name: web"] },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].http.paths[0].backend: expected a port of Service todo-frontend-dev (http 3000), found web; ${fix("frontend")}`,
  ],
  [
    "an Ingress for another host than the origin's",
    {
      config: behindIngress,
      objects: (find) => (find("Ingress todo-frontend-dev").spec.rules[0].host = "todo.example.com"),
    },
    "helm/todo-frontend, Ingress todo-frontend-dev, spec.rules[0].host: expected todo.example.org, the host of todo:origin, found todo.example.com; change todo:origin in Pulumi.dev.yaml",
  ],
  [
    "an Ingress whose certificate nobody makes",
    {
      config: behindIngress,
      objects: (find) => (find("Ingress todo-frontend-dev").spec.tls = [{ secretName: "todo-tls" }]),
    },
    `helm/todo-frontend, Ingress todo-frontend-dev, spec.tls[0].secretName: expected a Secret that the environment makes (todo-postgres-secrets, todo-backend-secrets), found todo-tls; ${fix("frontend")}`,
  ],
  [
    "an HTTPRoute to no port",
    {
      config: { origin: "https://todo.example.org" },
      values: { "todo-frontend": { httpRoute } },
      objects: (find) => (find("HTTPRoute todo-frontend-dev").spec.rules[0].backendRefs[0].port = 80),
    },
    `helm/todo-frontend, HTTPRoute todo-frontend-dev, spec.rules[0].backendRefs[0]: expected a port of Service todo-frontend-dev (http 3000), found 80; ${fix("frontend")}`,
  ],
  [
    "an autoscaler of nothing",
    {
      values: { "todo-backend": { autoscaling: { enabled: true } } },
      objects: (find) => (find("HorizontalPodAutoscaler todo-backend-dev").spec.scaleTargetRef.name = "todo-backend"),
    },
    `helm/todo-backend, HorizontalPodAutoscaler todo-backend-dev, spec.scaleTargetRef: expected a rendered Deployment, nearest todo-backend-dev, found todo-backend; ${fix("backend")}`,
  ],
  [
    "a disruption budget of nothing",
    {
      config: { "backend.replicas": 2 },
      objects: (find) => (find("PodDisruptionBudget todo-backend-dev").spec.selector.matchLabels = { app: "todo" }),
    },
    `helm/todo-backend, PodDisruptionBudget todo-backend-dev, spec.selector: expected labels of a rendered workload's pods, found app=todo; ${fix("backend")}`,
  ],
  [
    "a StatefulSet without its Service",
    { objects: (find) => (find("StatefulSet todo-postgres-dev").spec.serviceName = "postgres") },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, spec.serviceName: expected a rendered Service, nearest todo-postgres-dev, found postgres; ${fix("postgres")}`,
  ],
  [
    "an account that nobody makes",
    { objects: (find) => (pod(find("Deployment todo-backend-dev")).serviceAccountName = "todo") },
    `${BACKEND}, serviceAccountName: expected a rendered ServiceAccount, nearest todo-backend-dev, found todo; ${fix("backend")}`,
  ],
  [
    "a mount of no volume",
    { objects: (find) => (app(find("StatefulSet todo-postgres-dev")).volumeMounts[0].name = "date") },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volumeMounts[0] of container todo-postgres: expected a volume of the pod, nearest data, found date; ${fix("postgres")}`,
  ],
  [
    "a volume of no claim",
    {
      objects: (find) =>
        pod(find("StatefulSet todo-postgres-dev")).volumes.push({
          name: "old",
          persistentVolumeClaim: { claimName: "old" },
        }),
    },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volume old: expected a rendered PersistentVolumeClaim (there is no PersistentVolumeClaim), found old; ${fix("postgres")}`,
  ],
  [
    "a volume of a Secret that nobody makes",
    {
      objects: (find) =>
        pod(find("StatefulSet todo-postgres-dev")).volumes.push({ name: "word", secret: { secretName: "postgres" } }),
    },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volume word: expected a Secret that the environment makes, nearest todo-postgres-secrets, found postgres; ${fix("postgres")}`,
  ],
  [
    "a volume of a key that will not exist",
    {
      objects: (find) =>
        pod(find("StatefulSet todo-postgres-dev")).volumes.push({
          name: "word",
          projected: {
            sources: [
              {
                secret: {
                  name: variable(find("StatefulSet todo-postgres-dev"), "POSTGRES_PASSWORD").valueFrom.secretKeyRef
                    .name,
                  items: [{ key: "PASSWORD" }],
                },
              },
            ],
          },
        }),
    },
    `helm/todo-postgres, StatefulSet todo-postgres-dev, volume word: expected a key of Secret todo-postgres-secrets, nearest POSTGRES_PASSWORD, found PASSWORD; ${fix("postgres")}`,
  ],
  [
    "a key that the Secret will not have",
    {
      objects: (find) =>
        (variable(find("Deployment todo-backend-dev"), "SECRET_KEY").valueFrom.secretKeyRef.key = "SECRET"),
    },
    `${env("SECRET_KEY")}: expected a key of Secret todo-backend-secrets, nearest SECRET_KEY, found SECRET; ${fix("backend")}`,
  ],
  [
    "a Secret that nobody makes",
    {
      objects: (find) =>
        (variable(find("Deployment todo-backend-dev"), "SECRET_KEY").valueFrom.secretKeyRef.name = "backend-secrets"),
    },
    `${env("SECRET_KEY")}: expected a Secret that the environment makes, nearest todo-backend-secrets, found backend-secrets; ${fix("backend")}`,
  ],
  [
    "a key of the stack file that leads to one that is not set",
    {
      config: { "backend.secretKeys": { CHAT: "OPENAI_API_KEY", DB: "DATABASE_URL" } },
      objects: (find) => {
        for (const name of ["Deployment todo-backend-dev", "Job todo-backend-dev-migration"]) {
          delete variable(find(name), "CHAT").valueFrom.secretKeyRef.optional;
        }
      },
    },
    `${env("CHAT")}: expected a key of Secret todo-backend-secrets (DATABASE_URL), found OPENAI_API_KEY; change todo:backend.secretKeys.CHAT in Pulumi.dev.yaml`,
  ],
  [
    "a ConfigMap that is not rendered",
    {
      objects: (find) =>
        app(find("Deployment todo-backend-dev")).env.push({
          name: "A",
          valueFrom: { configMapKeyRef: { name: "c", key: "k" } },
        }),
    },
    `${env("A")}: expected a rendered ConfigMap, nearest todo-backend-dev-config, found c; ${fix("backend")}`,
  ],
  [
    "all of a Secret that nobody makes",
    { objects: (find) => app(find("Deployment todo-frontend-dev")).envFrom.push({ secretRef: { name: "todo" } }) },
    `${FRONTEND}, envFrom[1] of container todo-frontend: expected a Secret that the environment makes, nearest todo-backend-secrets, found todo; ${fix("frontend")}`,
  ],
  [
    "a registry's Secret that nobody makes",
    {
      values: { "todo-frontend": { imagePullSecrets: [{ name: "registry" }] } },
      objects: (_, all) =>
        all["todo-frontend"].objects.splice(
          0,
          all["todo-frontend"].objects.length,
          ...all["todo-frontend"].objects.filter(({ kind }) => kind !== "Pod"),
        ),
    },
    `${FRONTEND}, imagePullSecrets[0]: expected a Secret that the environment makes (todo-postgres-secrets, todo-backend-secrets), found registry; ${fix("frontend")}`,
  ],
  [
    "a CORS list without the browser's origin",
    { parts: ({ backend }) => Object.assign(backend as object, { corsOrigins: ["http://localhost:3000"] }) },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:3000"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "a CORS list with an origin that is nearly the browser's",
    { parts: ({ backend }) => Object.assign(backend as object, { corsOrigins: ["http://localhost:30300/"] }) },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:30300/"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "a CORS list that lets everybody in",
    { parts: ({ backend }) => backend?.corsOrigins.push("*") },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, and no *, found "http://localhost:30300,*"; change todo:origin in Pulumi.dev.yaml`,
  ],
  [
    "no CORS list",
    { objects: (_, all) => renamed(all["todo-backend"], "CORS_ORIGINS", "ORIGINS") },
    `${env("CORS_ORIGINS")}: expected http://localhost:30300, the origin of the browser, found no such variable; ${fix("backend")}`,
  ],
  [
    "an API address that is another Service's",
    { parts: ({ frontend }) => Object.assign(frontend as object, { apiUrl: "http://todo-frontend-dev:3000" }) },
    `${env("API_URL", FRONTEND)}: expected the address of the Service of todo-backend-dev, http://todo-backend-dev:8000, found todo-frontend-dev; ${fix("frontend")}`,
  ],
  [
    "an API address on the pod itself",
    { parts: ({ frontend }) => Object.assign(frontend as object, { apiUrl: "http://localhost:8000" }) },
    `${env("API_URL", FRONTEND)}: expected the address of the Service of todo-backend-dev, http://todo-backend-dev:8000, found no Service; ${fix("frontend")}`,
  ],
  [
    "an empty API address",
    { parts: ({ frontend }) => Object.assign(frontend as object, { apiUrl: "" }) },
    `${env("API_URL", FRONTEND)}: expected the address of the Service of todo-backend-dev, http://todo-backend-dev:8000, found an empty text; ${fix("frontend")}`,
  ],
  [
    "an API address under a name that nothing reads",
    { objects: (_, all) => renamed(all["todo-frontend"], "API_URL", "API_BASE_URL") },
    `${env("API_URL", FRONTEND)}: expected the address of the Service of todo-backend-dev, http://todo-backend-dev:8000, found no such variable; ${fix("frontend")}`,
  ],
];

describe("objects that do not fit are refused:", () => {
  for (const [what, plant, says] of objects) {
    it(what, async () => {
      assert.deepEqual(await problems(plant), [says]);
    });
  }

  it("an optional key may be absent; a certificate may come from cert-manager", async () => {
    const plant: Plant = {
      config: behindIngress,
      objects: (find) => {
        const ingress = find("Ingress todo-frontend-dev");
        ingress.spec.tls = [{ secretName: "todo-tls" }];
        ingress.metadata.annotations = { "cert-manager.io/cluster-issuer": "letsencrypt" };
        assert.equal(
          variable(find("Deployment todo-backend-dev"), "OPENAI_API_KEY").valueFrom.secretKeyRef.optional,
          true,
        );
      },
    };
    assert.deepEqual(await problems(plant), []);
  });
});
