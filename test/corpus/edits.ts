// Edits that people make to charts and stack files, as data: what each changes in the cluster, if anything.
// test/corpus/edits.test.ts holds the digest and the diff to it, test/e2e/prediction-all.test.ts the cluster.

export interface Edit {
  what: string;
  /** File below the checkout. */
  file: string;
  /** The text that is replaced, and by what; a text that is not there fails the test. */
  replace?: [from: string, to: string];
  /** A function of the whole text. */
  rewrite?: (text: string) => string;
  /** A new file's text. */
  create?: string;
  moveTo?: string;
  remove?: true;
  /** Objects that are added (+), changed (~) or removed (-); empty for an edit that shows nowhere. */
  objects: string[];
  /** The same for hooks, which Helm keeps apart. */
  hooks?: string[];
  /** Why it is not applied to a cluster; an edit that changes no object need not be. */
  notApplied?: string;
}

export const STACK_FILE = "Pulumi.corpus.yaml";
const backend = (file: string) => `helm/todo-backend/${file}`;
const frontend = (file: string) => `helm/todo-frontend/${file}`;
const postgres = (file: string) => `helm/todo-postgres/${file}`;

const DEPLOYMENT = "~ Deployment todo-backend-corpus";
const FRONTEND = "~ Deployment todo-frontend-corpus";
const DATABASE = "~ StatefulSet todo-postgres-corpus";
const MIGRATION = "~ Job todo-backend-corpus-migration";
const EARLY_POLICY = "~ NetworkPolicy todo-backend-corpus-migration";
const TEST = "~ Pod todo-backend-corpus-test";
/** Without the digest in its name, by which another content has another. There is one as a hook too, for a rollback. */
const CONFIG = "ConfigMap todo-backend-corpus-config";
const OF_THE_BACKEND = [
  DEPLOYMENT,
  `~ ${CONFIG}`,
  "~ NetworkPolicy todo-backend-corpus",
  "~ Service todo-backend-corpus",
  "~ ServiceAccount todo-backend-corpus",
];
const HOOKS_OF_THE_BACKEND = [MIGRATION, `~ ${CONFIG}`, EARLY_POLICY, "~ ServiceAccount todo-backend-corpus-migration"];

const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-${name}\ndata:\n  greeting: hello\n`;

/** Edits that change no object. */
const silent: Omit<Edit, "objects">[] = [
  {
    what: "a comment for Helm",
    file: backend("templates/deployment.yaml"),
    rewrite: (text) => `{{- /* why */}}\n${text}`,
  },
  { what: "a comment of YAML", file: backend("templates/service.yaml"), rewrite: (text) => `# why\n${text}` },
  {
    what: "a comment inside an object",
    file: backend("templates/deployment.yaml"),
    replace: ["  strategy:\n", "  # one after another\n  strategy:\n"],
  },
  { what: "blank lines at the end", file: backend("templates/service.yaml"), rewrite: (text) => `${text}\n\n\n` },
  {
    what: "spaces at the end of lines",
    file: backend("templates/service.yaml"),
    rewrite: (text) => text.replace(/(spec:)$/m, "$1   "),
  },
  {
    what: "a deeper list",
    file: postgres("templates/service.yaml"),
    rewrite: (text) => text.replace(/^ {4}(- name|port:|targetPort:|protocol:| {2}\w)/gm, "      $1"),
  },
  {
    what: "lines that end with CR LF",
    file: frontend("templates/service.yaml"),
    rewrite: (text) => text.replaceAll("\n", "\r\n"),
  },
  {
    what: "default values that end with CR LF",
    file: frontend("values.yaml"),
    rewrite: (text) => text.replaceAll("\n", "\r\n"),
  },
  { what: "a comment in the default values", file: backend("values.yaml"), rewrite: (text) => `# why\n${text}` },
  {
    what: "default values in another order",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^preStopSleepSeconds: .*\n/m, "").concat("\npreStopSleepSeconds: 5\n"),
  },
  {
    what: "keys in another order",
    file: backend("templates/deployment.yaml"),
    replace: ["apiVersion: apps/v1\nkind: Deployment\n", "kind: Deployment\napiVersion: apps/v1\n"],
  },
  { what: "quotes", file: postgres("templates/service.yaml"), replace: ["type: ClusterIP", 'type: "ClusterIP"'] },
  {
    what: "a list in the other notation",
    file: postgres("templates/statefulset.yaml"),
    replace: ["accessModes:\n          - ReadWriteOnce", 'accessModes: ["ReadWriteOnce"]'],
  },
  {
    what: "the same amount in another unit",
    file: postgres("templates/statefulset.yaml"),
    replace: ["sizeLimit: 16Mi", "sizeLimit: 16384Ki"],
  },
  {
    what: "a default of the API server taken out",
    file: backend("templates/service.yaml"),
    replace: ["      protocol: TCP\n", ""],
  },
  {
    what: "a default of the API server spelt out",
    file: postgres("templates/service.yaml"),
    replace: ["  type: ClusterIP\n", "  type: ClusterIP\n  sessionAffinity: None\n"],
  },
  {
    what: "a value by way of a variable",
    file: backend("templates/deployment.yaml"),
    replace: [
      "replicas: {{ .Values.replicaCount }}",
      "{{- $count := .Values.replicaCount }}\n  replicas: {{ $count }}",
    ],
  },
  {
    what: "a helper that nobody includes",
    file: backend("templates/_helpers.tpl"),
    rewrite: (text) => `${text}\n{{- define "unused" }}x: y{{ end }}\n`,
  },
  {
    what: "a comment among the helpers",
    file: backend("templates/_helpers.tpl"),
    rewrite: (text) => `{{/* why */}}\n${text}`,
  },
  {
    what: "a template that makes nothing",
    file: backend("templates/later.yaml"),
    create: "{{- if false }}\nkind: Later\n{{- end }}\n",
  },
  {
    what: "a template under another name",
    file: backend("templates/service.yaml"),
    moveTo: backend("templates/svc.yaml"),
  },
  {
    what: "a template in a folder of its own",
    file: frontend("templates/service.yaml"),
    moveTo: frontend("templates/net/service.yaml"),
  },
  { what: "NOTES.txt", file: backend("templates/NOTES.txt"), rewrite: (text) => `${text}\nHave fun.\n` },
  { what: "no NOTES.txt", file: frontend("templates/NOTES.txt"), remove: true },
  { what: "a README", file: backend("README.md"), create: "# The chart\n" },
  {
    what: "the chart's description",
    file: backend("Chart.yaml"),
    rewrite: (text) => text.replace(/^description: .*/m, "description: An API"),
  },
  {
    what: "the chart's maintainers",
    file: backend("Chart.yaml"),
    rewrite: (text) => `${text}maintainers:\n  - name: Somebody\n`,
  },
  { what: "what is not packaged", file: backend(".helmignore"), rewrite: (text) => `${text}*.bak\n` },
  { what: "a template that is not packaged", file: backend("templates/service.yaml.orig"), create: "kind: Old\n" },
  {
    what: "a default that the stack overrides",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^replicaCount: 1$/m, "replicaCount: 5"),
  },
  {
    what: "a default of something that is off",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^( {2}targetCPUUtilizationPercentage:) \d+$/m, "$1 55"),
  },
  {
    what: "a description in the schema",
    file: backend("values.schema.json"),
    rewrite: (text) => text.replace('"description": "', '"description": "Well: '),
  },
  { what: "a comment in the stack file", file: STACK_FILE, rewrite: (text) => `# why\n${text}` },
  {
    what: "a default spelt out in the stack file",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    replicas: 1\n"],
  },
  {
    what: "the stack file's keys in another order",
    file: STACK_FILE,
    rewrite: (text) => text.replace(/^( {2}todo:origin: .*\n)((?: {2}.*\n)*)/m, "$2$1"),
  },
];

/** Edits that change objects. */
const shown: Edit[] = [
  {
    what: "a constant of a template",
    file: backend("templates/deployment.yaml"),
    replace: ["maxSurge: 1", "maxSurge: 2"],
    objects: [DEPLOYMENT],
  },
  {
    what: "a new default",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^terminationGracePeriodSeconds: \d+/m, "terminationGracePeriodSeconds: 25"),
    objects: [DEPLOYMENT],
  },
  {
    what: "a default with annotations",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^podAnnotations: \{\}/m, "podAnnotations: { example.com/team: todo }"),
    objects: [DEPLOYMENT],
  },
  {
    what: "a default with labels",
    file: frontend("values.yaml"),
    rewrite: (text) => text.replace(/^podLabels: \{\}/m, "podLabels: { team: todo }"),
    objects: [FRONTEND],
  },
  {
    what: "a helper that all pods share",
    file: backend("templates/_helpers.tpl"),
    replace: ["enableServiceLinks: false\n", "enableServiceLinks: false\nshareProcessNamespace: true\n"],
    objects: [DEPLOYMENT],
    hooks: [MIGRATION, TEST],
  },
  {
    what: "a helper of the hooks alone",
    file: backend("templates/_own.tpl"),
    replace: [
      '{{ include "todo-backend.name" . }}-migration\n',
      '{{ include "todo-backend.name" . }}-migration\ntier: hook\n',
    ],
    objects: [],
    hooks: [MIGRATION, EARLY_POLICY],
  },
  {
    what: "the chart's version",
    file: backend("Chart.yaml"),
    rewrite: (text) => text.replace(/^version: .*/m, "version: 9.9.9"),
    objects: OF_THE_BACKEND,
    hooks: [...HOOKS_OF_THE_BACKEND],
  },
  {
    what: "the application's version",
    file: frontend("Chart.yaml"),
    rewrite: (text) => text.replace(/^appVersion: .*/m, 'appVersion: "9.9.9"'),
    objects: [
      FRONTEND,
      "~ ConfigMap todo-frontend-corpus-config",
      "~ NetworkPolicy todo-frontend-corpus",
      "~ Service todo-frontend-corpus",
      "~ ServiceAccount todo-frontend-corpus",
    ],
    hooks: ["~ ConfigMap todo-frontend-corpus-config"],
  },
  {
    what: "a common label",
    file: backend("templates/_helpers.tpl"),
    replace: ["helm.sh/chart: {{", "team: todo\nhelm.sh/chart: {{"],
    objects: OF_THE_BACKEND,
    hooks: [...HOOKS_OF_THE_BACKEND],
  },
  {
    what: "a new object",
    file: backend("templates/greeting.yaml"),
    create: configMap("greeting"),
    objects: ["+ ConfigMap todo-backend-corpus-greeting"],
  },
  {
    what: "two new objects in one file",
    file: frontend("templates/greetings.yaml"),
    create: `${configMap("one")}---\n${configMap("two")}`,
    objects: ["+ ConfigMap todo-frontend-corpus-one", "+ ConfigMap todo-frontend-corpus-two"],
  },
  {
    what: "an object that is made only there",
    file: backend("templates/greeting.yaml"),
    create: `{{- if eq .Values.env.BACKEND_ENV "corpus" }}\n${configMap("only-here")}{{- end }}\n`,
    objects: ["+ ConfigMap todo-backend-corpus-only-here"],
  },
  {
    what: "a template taken away",
    file: backend("templates/service.yaml"),
    remove: true,
    objects: ["- Service todo-backend-corpus"],
    notApplied: "the frontend would have nothing to talk to",
  },
  {
    what: "another name of an object",
    file: backend("templates/_helpers.tpl"),
    replace: [
      '{{- define "todo-backend.serviceAccountName" -}}\n{{- include "todo-backend.fullname" . }}',
      '{{- define "todo-backend.serviceAccountName" -}}\n{{- include "todo-backend.fullname" . }}-account',
    ],
    objects: [DEPLOYMENT, "+ ServiceAccount todo-backend-corpus-account", "- ServiceAccount todo-backend-corpus"],
    hooks: [TEST],
  },
  {
    what: "the test's pod",
    file: backend("templates/_own.tpl"),
    replace: ["timeout=10", "timeout=9"],
    objects: [],
    hooks: [TEST],
  },
  {
    what: "no test",
    file: backend("values.yaml"),
    rewrite: (text) => text.replace(/^(test:\n(?: +#.*\n)* +enabled:) true/m, "$1 false"),
    objects: ["~ NetworkPolicy todo-backend-corpus"],
    hooks: ["- Pod todo-backend-corpus-test"],
  },
  {
    what: "a hook's weight",
    file: backend("templates/migration-job.yaml"),
    replace: ['hook-weight: "0"', 'hook-weight: "1"'],
    objects: [],
    hooks: [MIGRATION],
  },
  {
    what: "an object that becomes a hook",
    file: frontend("templates/serviceaccount.yaml"),
    rewrite: (text) => text.replace("metadata:\n", "metadata:\n  annotations: { helm.sh/hook: pre-install }\n"),
    objects: ["- ServiceAccount todo-frontend-corpus"],
    hooks: ["+ ServiceAccount todo-frontend-corpus"],
    notApplied: "the pods' account would be gone",
  },
  {
    what: "a field of a Service",
    file: backend("templates/service.yaml"),
    replace: ["      targetPort: http\n", "      targetPort: http\n      appProtocol: http\n"],
    objects: ["~ Service todo-backend-corpus"],
  },
  {
    what: "an annotation",
    file: postgres("templates/serviceaccount.yaml"),
    replace: ["metadata:\n", "metadata:\n  annotations: { example.com/owner: todo }\n"],
    objects: ["~ ServiceAccount todo-postgres-corpus"],
  },
  {
    what: "quotes that make another type",
    file: backend("templates/deployment.yaml"),
    replace: ["maxUnavailable: 0", "maxUnavailable: 0%"],
    objects: [DEPLOYMENT],
  },
  {
    what: "an order that counts",
    file: postgres("templates/statefulset.yaml"),
    rewrite: (text) => text.replace(/( +- name: POSTGRES_USER\n.*\n)( +- name: POSTGRES_DB\n.*\n)/, "$2$1"),
    objects: [DATABASE],
  },
  {
    what: "another amount",
    file: postgres("templates/statefulset.yaml"),
    replace: ["sizeLimit: 16Mi", "sizeLimit: 32Mi"],
    objects: [DATABASE],
  },
  {
    what: "a probe of the database",
    file: postgres("values.yaml"),
    rewrite: (text) => text.replace(/^( {2}readiness: \{ .*)timeoutSeconds: 5/m, "$1timeoutSeconds: 4"),
    objects: [DATABASE],
  },
  {
    what: "what the API server refuses to change",
    file: postgres("templates/statefulset.yaml"),
    replace: ["podManagementPolicy: Parallel", "podManagementPolicy: OrderedReady"],
    objects: [DATABASE],
    notApplied: "the API server refuses it",
  },
  {
    what: "the size of the volume",
    file: STACK_FILE,
    replace: ["mode: inside\n", "mode: inside\n    storageGiB: 2\n"],
    objects: [DATABASE],
    notApplied: "the API server refuses it",
  },
  {
    what: "backups",
    file: STACK_FILE,
    replace: ["mode: inside\n", "mode: inside\n    backup: { keep: 2 }\n"],
    objects: [
      ...["+ CronJob todo-postgres-corpus-backup", "+ PersistentVolumeClaim todo-postgres-corpus-backup"],
      ...["+ NetworkPolicy todo-postgres-corpus-backup", "~ NetworkPolicy todo-postgres-corpus"],
    ],
  },
  {
    what: "an autoscaler",
    file: frontend("values.yaml"),
    rewrite: (text) => text.replace(/^(autoscaling:\n(?: +#.*\n)* +enabled:) false/m, "$1 true"),
    objects: [FRONTEND, "+ HorizontalPodAutoscaler todo-frontend-corpus"],
    notApplied: "it would scale by itself while objects are compared",
  },
  {
    what: "two pods, and so a disruption budget",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    replicas: 2\n"],
    objects: [DEPLOYMENT, "+ PodDisruptionBudget todo-backend-corpus"],
  },
  {
    what: "an autoscaler that a stack file asks for",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    autoscaling: { enabled: true }\n"],
    objects: [DEPLOYMENT, "+ HorizontalPodAutoscaler todo-backend-corpus"],
    notApplied: "it would scale by itself while objects are compared",
  },
  {
    what: "no network policies",
    file: STACK_FILE,
    replace: ["  todo:origin", "  todo:networkPolicies: none\n  todo:origin"],
    objects: ["postgres", "backend", "frontend"].map((service) => `- NetworkPolicy todo-${service}-corpus`).sort(),
    // Nor has the migration a way in to wait for.
    hooks: ["- NetworkPolicy todo-backend-corpus-migration", MIGRATION],
  },
  {
    what: "no metrics",
    file: STACK_FILE,
    replace: ["  todo:origin", "  todo:metrics: { enabled: false }\n  todo:origin"],
    objects: [
      ...[DEPLOYMENT, FRONTEND, `~ ${CONFIG}`, "~ ConfigMap todo-frontend-corpus-config"],
      ...["~ NetworkPolicy todo-backend-corpus", "~ NetworkPolicy todo-frontend-corpus"],
    ],
    hooks: [MIGRATION, `~ ${CONFIG}`, "~ ConfigMap todo-frontend-corpus-config"],
  },
  {
    what: "metrics for the Prometheus operator",
    file: STACK_FILE,
    replace: ["  todo:origin", "  todo:metrics: { operator: true }\n  todo:origin"],
    objects: ["backend", "frontend"]
      .flatMap((service) => [`+ PodMonitor todo-${service}-corpus`, `+ PrometheusRule todo-${service}-corpus`])
      .sort(),
    notApplied: "the cluster has no Prometheus operator",
  },
  {
    what: "a variable",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    env: { LOG_LEVEL: debug }\n"],
    objects: [DEPLOYMENT, `~ ${CONFIG}`],
    hooks: [MIGRATION, `~ ${CONFIG}`],
  },
  {
    what: "the connection pool",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    pool: { size: 3 }\n"],
    objects: [DEPLOYMENT, `~ ${CONFIG}`],
    hooks: [MIGRATION, `~ ${CONFIG}`],
  },
  {
    what: "a limit",
    file: STACK_FILE,
    replace: ["memory: 256Mi", "memory: 300Mi"],
    objects: [FRONTEND],
    hooks: ["~ Pod todo-frontend-corpus-test"],
  },
  {
    what: "a test of the image's own",
    file: STACK_FILE,
    replace: ["todo:backend:\n", "todo:backend:\n    testCommand: [python, -m, todo_backend.migrate]\n"],
    objects: [],
    hooks: [TEST],
  },
  {
    what: "a secret: the name of its Secret, and its checksum",
    file: STACK_FILE,
    replace: ["  todo:origin", "  todo:secretKey: { secure: v1:AAAA }\n  todo:origin"],
    objects: [DEPLOYMENT],
    hooks: [MIGRATION],
    notApplied: "no passphrase fits it",
  },
  {
    what: "another image",
    file: STACK_FILE,
    rewrite: (text) => text.replace(/(todo-backend\n +tag: ).*/, '$1"0123456789ab"'),
    objects: [DEPLOYMENT],
    hooks: [MIGRATION, TEST],
    notApplied: "there is no such image",
  },
  {
    what: "the browser's address, node port included",
    file: STACK_FILE,
    rewrite: (text) => text.replaceAll("30310", "30311"),
    objects: [DEPLOYMENT, `~ ${CONFIG}`, "~ Service todo-frontend-corpus"],
    hooks: [MIGRATION, `~ ${CONFIG}`],
  },
  {
    what: "an Ingress with a certificate",
    file: STACK_FILE,
    rewrite: (text) =>
      text
        .replace("todo:cluster:\n", "todo:cluster:\n    ingressClass: traefik\n    tlsSecret: todo-tls\n")
        .replace(/(todo:origin: ).*/, "$1https://corpus.example"),
    objects: [DEPLOYMENT, "+ Ingress todo-frontend-corpus", `~ ${CONFIG}`],
    hooks: [MIGRATION, `~ ${CONFIG}`],
  },
];

export const edits: Edit[] = [...silent.map((edit) => ({ ...edit, objects: [] })), ...shown];
