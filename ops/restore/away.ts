// Takes pods away from the database while something is done to it, and brings them back whatever comes of that.
import { setTimeout as sleep } from "node:timers/promises";
import { run, tryRun } from "../../tools/command.ts";
import { Failure, interrupt } from "../../tools/program.ts";
import { PODS_BEFORE, type User } from "./users.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Of each pod that goes: its preStop and its grace period, and a slow machine. */
const GONE_SECONDS = 120;
const TRIES = 10;

/**
 * Does something while users are away. They come back when it is done, when it fails, and at Ctrl-C.
 * @param target arguments of kubectl that name cluster and namespace
 * @param stop ends what is still being done, before they are back
 */
export async function whileAway(
  users: User[],
  target: string[],
  work: () => Promise<void>,
  stop: () => Promise<unknown>,
): Promise<void> {
  const kubectl = (...args: string[]) => run("kubectl", [...target, ...args]);
  let back: Promise<void> | undefined;
  const bringBack = () => {
    back ??= stop().then(() => backAgain(users, target));
    return back;
  };
  let told = false;
  const interrupted = () => {
    if (told) return;
    told = true;
    process.stderr.write("\ninterrupted; first the pods that were taken away come back\n");
    const say = ({ message }: Error) => void process.stderr.write(`error: ${message}\n`);
    void bringBack()
      .catch(say)
      .finally(() => process.exit(130));
  };
  process.off("SIGINT", interrupt);
  // Not once: execa ends the process itself where it finds no other listener left.
  for (const signal of SIGNALS) process.on(signal, interrupted);
  try {
    for (const { name, pods } of users) {
      console.log(`${name}: ${pods} → 0 pods`);
      await kubectl("annotate", "deployment", name, "--overwrite", `${PODS_BEFORE}=${pods}`);
      await kubectl("scale", "deployment", name, "--replicas=0");
    }
    if (users.length > 0) console.log("waiting until their pods are gone, some 10 s");
    for (const { selector } of users) {
      await kubectl("wait", "pods", "--for=delete", "--selector", selector, `--timeout=${GONE_SECONDS}s`);
    }
    await work();
  } finally {
    await bringBack();
    for (const signal of SIGNALS) process.off(signal, interrupted);
    process.on("SIGINT", interrupt);
  }
}

/** @throws Failure that names each user that is still away, and what brings it back */
async function backAgain(users: User[], target: string[]): Promise<void> {
  const away: User[] = [];
  for (const user of users) {
    if (await isBack(user, target)) console.log(`${user.name}: 0 → ${user.pods} pods`);
    else away.push(user);
  }
  if (away.length === 0) return;
  const commands = away.map(
    ({ name, pods }) => `\`kubectl ${target.join(" ")} scale deployment ${name} --replicas=${pods}\``,
  );
  throw new Failure(
    `${away.map(({ name }) => name).join(", ")}: expected to be back, found no answer of the cluster; ${commands.join(" and ")} when it answers`,
  );
}

/** Ctrl-C ends kubectl, too, and a cluster may be slow to answer: it is tried again. */
async function isBack({ name, pods }: User, target: string[]): Promise<boolean> {
  for (let left = TRIES; left > 0; left--) {
    if ((await tryRun("kubectl", [...target, "scale", "deployment", name, `--replicas=${pods}`])) !== undefined) {
      await tryRun("kubectl", [...target, "annotate", "deployment", name, `${PODS_BEFORE}-`]);
      return true;
    }
    if (left > 1) await sleep(1_000);
  }
  return false;
}
