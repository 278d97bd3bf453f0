// A machine with a stack `lab` that is deployed with backups: the cluster answers as each test says, a Job at a time.
import { stackText } from "./stack-text.ts";
import { Stubs } from "./stubs.ts";

export const CRON_JOB = "todo-postgres-lab-backup";
export const TARGET = "kubectl --context todo-on-minikube --namespace todo-lab";
/** What a Secret of the namespace holds. */
export const SECRET = "pass-word-of-the-test";

const env = [{ name: "PGHOST", value: "todo-postgres-lab" }];
const container = { name: "backup", image: "docker.io/library/postgres:17", command: ["sh", "-c", "pg_dump"], env };
const cronJob = {
  ...{ apiVersion: "batch/v1", kind: "CronJob", metadata: { name: CRON_JOB } },
  spec: {
    jobTemplate: { spec: { activeDeadlineSeconds: 60, template: { spec: { containers: [container] } } } },
  },
};

const KUBECTL = `part=$(cat part 2>/dev/null)
case "$*" in
  *kube-system*) echo cluster-1 ;;
  *"get cronjobs"*) cat cronjobs ;;
  *"get jobs"*) cat jobs ;;
  *"get deployments"*) cat deployments ;;
  *"get secrets"*) cat secrets ;;
  *"get events"*) echo '{"items":[{"message":"exceeded quota: environment"}]}' ;;
  *"get job "*) if [ -e "job-$part" ]; then cat "job-$part"; fi ;;
  *"get pods"*) cat "pods-$part" ;;
  *" create "*) cat >created
    for each in now list restore; do if grep -q "backup-$each\\"" created; then echo $each >part; cp created created-$each; fi; done ;;
  *" logs "*) cat "log-$part"; if [ -e "interrupt-$part" ]; then kill -INT $PPID; sleep 1; fi ;;
  *" delete job "*--timeout*) rm -f job-restore ;;
  *" scale "*--replicas=0*) ;;
  *" scale "*) if [ -e deaf ]; then rm deaf; exit 1; fi ;;
  *" rollout "*) if [ -e late ]; then exit 1; fi ;;
esac`;

export class BackupsMachine extends Stubs {
  constructor() {
    super();
    this.toolsAreFound();
    this.record({ engine: "present", images: "pulled", uid: "cluster-1" });
    this.program("docker", "echo true");
    this.program("kubectl", KUBECTL);
    this.has("cronjobs", cronJob);
    this.has("jobs");
    this.has("deployments");
    this.has("secrets", { data: { POSTGRES_PASSWORD: Buffer.from(SECRET).toString("base64") } });
    this.settings("{ mode: inside, backup: {} }");
  }

  /** The stack's file. */
  settings(database: string, ...lines: string[]): void {
    const text = stackText("lab", "inside", ...lines);
    this.stack("lab", text.replace("{ mode: inside }", database));
  }

  /** What the cluster has of a kind. */
  has(kind: string, ...items: object[]): void {
    this.file(kind, JSON.stringify({ items }));
  }

  /** How a Job ends, and what it says. */
  ends(part: "now" | "list" | "restore", log: string, condition: object = { type: "Complete" }, exitCode = 0): void {
    const state = { terminated: { exitCode } };
    this.file(`job-${part}`, JSON.stringify({ status: { conditions: [{ status: "True", ...condition }] } }));
    this.has(`pods-${part}`, {
      metadata: { name: `${CRON_JOB}-${part}-x` },
      status: { containerStatuses: [{ state }] },
    });
    this.file(`log-${part}`, log);
  }

  /** A Job that runs until it is taken away, and Ctrl-C when its log is read. */
  isInterrupted(part: "restore", log: string): void {
    this.ends(part, log);
    this.file(`job-${part}`, "{}");
    this.file(`interrupt-${part}`, "");
  }

  /** What was changed in the cluster, in order. */
  changes(): string[] {
    const found = this.calls().filter((call) => / (create|delete|scale|annotate|wait|rollout) /.test(call));
    return found.map((call) => call.replace(`${TARGET} `, ""));
  }
}
