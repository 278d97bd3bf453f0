// The node's resolver, looked at after each start: what the entrypoint had written was once found lost on a busy machine.
import { run } from "../../tools/command.ts";
import { profile } from "../profile.ts";

/** The entrypoint's own line again, where it is missing; says so on standard output. */
const script = `grep -q ^nameserver /etc/resolv.conf && exit
gateway=$(ip -4 route show default | awk '{print $3; exit}')
echo "nameserver $gateway" >/etc/resolv.conf && echo fixed`;

/** Sees that the node names a resolver. CoreDNS stops without one, and its pod keeps the file that it was made with. */
export async function ensureResolver(): Promise<void> {
  if ((await run("docker", ["exec", profile, "sh", "-c", script])) !== "fixed") return;
  console.log(`cluster ${profile}: the node named no resolver; it does now, and CoreDNS is started again`);
  const dns = ["--namespace", "kube-system", "--selector", "k8s-app=kube-dns", "--wait=false"];
  await run("kubectl", ["--context", profile, "delete", "pod", ...dns]);
}
