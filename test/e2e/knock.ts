// Who gets through to whom in a namespace, tried out by pods that knock on ports. They run the frontend's image, which
// has Node and is in the cluster already.
import { dev, until } from "./cluster.ts";

const LISTEN = 'require("net").createServer().listen(9000, "0.0.0.0")';
// A name that is not found, say, is neither: it is told as it is, and no test takes it for a policy's work.
const KNOCK = `
const knock = (address) => new Promise((say) => {
  const [host, port] = address.split(":");
  require("net").connect({ host, port, timeout: 3000 })
    .on("connect", () => say("open"))
    .on("timeout", () => say("closed"))
    .on("error", ({ code }) => say(["ECONNREFUSED", "EHOSTUNREACH"].includes(code) ? "closed" : code));
});
Promise.all(process.argv.slice(1).map(knock)).then((said) => { console.log(said.join(" ")); process.exit(); });`;

export class Callers {
  private readonly names: string[] = [];
  private readonly namespace: string;
  private readonly image: string;

  constructor(namespace: string, image: string) {
    this.namespace = namespace;
    this.image = image;
  }

  /** Makes a pod with these labels that listens on port 9000, and waits until it does. */
  add(name: string, labels: Record<string, string>): void {
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "caller",
            image: this.image,
            command: ["node", "-e", LISTEN],
            readinessProbe: { tcpSocket: { port: 9000 }, periodSeconds: 1 },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    };
    this.names.push(`pod/${name}`);
    this.create(pod);
    this.kubectl("wait", "--for=condition=ready", `pod/${name}`, "--timeout=120s");
  }

  /** `open`, `closed`, or the error that kept a caller (`pod/…`, `deployment/…`) from knocking. */
  knock(caller: string, host: string, port: number): string {
    return this.knockAll(caller, [`${host}:${port}`])[0];
  }

  /** The same at several addresses at once: `db:5432`. */
  knockAll(caller: string, addresses: string[]): string[] {
    // On a busy node the output of a command that ends at once may be lost on its way here; nothing is no answer.
    for (let tries = 5; tries > 0; tries -= 1) {
      const answer = this.kubectl("exec", caller, "--", "node", "-e", KNOCK, ...addresses).trim();
      if (answer) return answer.split(" ");
    }
    throw new Error(`${caller} said nothing five times when it was to knock at ${addresses.join(", ")}`);
  }

  /** Where a pod of these is. */
  addressOf(name: string): string {
    return this.kubectl("get", "pod", name, "--output", "jsonpath={.status.podIP}");
  }

  /** Whether the cluster enforces policies at all: a pod that a policy closes, without any chart, becomes unreachable. */
  async enforced(caller: string): Promise<boolean> {
    const labels = { control: "closed" };
    this.add("control", labels);
    const address = this.addressOf("control");
    if (this.knock(caller, address, 9000) !== "open") throw new Error(`${caller} does not get through to ${address}`);
    this.names.push("networkpolicy/control");
    this.create({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "control" },
      spec: { podSelector: { matchLabels: labels }, policyTypes: ["Ingress"] },
    });
    const closed = async () => (this.knock(caller, address, 9000) === "closed" ? true : undefined);
    return until("the policy to be enforced", closed, 30).catch(() => false);
  }

  remove(): void {
    if (this.names.length > 0) this.kubectl("delete", "--ignore-not-found", "--timeout=180s", ...this.names);
  }

  private kubectl(...args: string[]): string {
    return this.piped("", ...args);
  }

  private create(object: object): void {
    this.piped(JSON.stringify(object), "create", "--filename", "-");
  }

  private piped(input: string, ...args: string[]): string {
    return dev.run(input, "kubectl", "--context", "todo-on-minikube", "--namespace", this.namespace, ...args);
  }
}
