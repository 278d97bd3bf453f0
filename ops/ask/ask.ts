import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { redactText } from "local-charts/objects";
import { askImage } from "../../cluster/ask-image.ts";
import { onPath } from "../../tools/command.ts";
import { state } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";
import { issueIdentity } from "../identity/make.ts";
import { withoutSecrets } from "../pr-report/preview.ts";
import { enterPresentCluster } from "../stack/present-cluster.ts";
import { stackConfig, stackName } from "../stack/stack-file.ts";
import { TOKEN_SECONDS, withFolder } from "./access.ts";
import { proposalLines } from "./conclude.ts";
import { runHelper } from "./container.ts";
import { instructions } from "./instructions.ts";
import { LIMITS, type Limits } from "./limits.ts";
import { assertAnswers, modelOf } from "./model.ts";
import { type Listener, proxyTo } from "./proxy.ts";
import { excerpt, plain, rendered } from "./text.ts";

type Environment = Record<string, string | undefined>;

/** @throws Failure where there is nobody to ask, nothing to look at, or no answer within the limits */
export async function ask(argument: string | undefined, env: Environment): Promise<void> {
  const question = questionIn(env);
  const limits = limitsIn(env);
  const stack = stackName(argument);
  const model = modelOf(env);
  assertLinux();
  await assertAnswers(model);
  const record = await enterPresentCluster(stack, ["kubectl-ai", "helm"]);
  const image = await askImage(record);
  const { kubeconfig, namespace, until } = await issueIdentity(stack, "reader", TOKEN_SECONDS);
  console.log(
    `asking ${model.name} at ${redactText(model.url)}, as reader of ${namespace} until ${until.slice(11, 16)} UTC`,
  );
  const token = randomBytes(24).toString("hex");
  const { answer, server } = proxyTo(model, token, limits, listenerOf(stack, Boolean(env.SHOW_PROMPT)));
  const config = withoutSecrets(stackConfig(stack));
  const waiting = setInterval(() => console.log(`  waiting for ${model.name} …`), 10_000);
  const text = await withFolder(kubeconfig, instructions(stack, config), server, (folder) => {
    const given = { image, folder, programs: programs(), model: model.name, token, question };
    return runHelper(given, limits, answer);
  }).finally(() => clearInterval(waiting));
  console.log(`\n${rendered(redactText(text), process.stdout.isTTY === true)}`);
  const lines = await proposalLines(text, stack);
  if (lines.length > 0) console.log(lines.join("\n"));
}

function questionIn({ Q: question }: Environment): string {
  if (question?.trim()) return question.trim();
  throw new Failure('Q: expected a question, found nothing; `make ask Q="why is the backend not ready?"`');
}

function limitsIn({ WITHIN: text }: Environment): Limits {
  if (!text) return LIMITS;
  const seconds = Number(text);
  if (Number.isInteger(seconds) && seconds >= 5 && seconds <= TOKEN_SECONDS) return { ...LIMITS, seconds };
  throw new Failure(
    `WITHIN: expected a whole number of seconds from 5 to ${TOKEN_SECONDS}, found ${text}; \`make ask WITHIN=300\``,
  );
}

/** The programs of this machine run in the container, and sockets do not reach into a virtual machine. */
function assertLinux(): void {
  if (process.platform === "linux") return;
  throw new Failure(
    `make ask: expected Linux or WSL 2, found ${process.platform}, whose programs no container runs; run it there, or \`make diagnose\` here`,
  );
}

const programs = () => ({ kubectl: programAt("kubectl"), "kubectl-ai": programAt("kubectl-ai") });

function programAt(name: string): string {
  const path = onPath(name);
  if (!path) throw new Failure(`${name}: expected it on PATH, found nothing; \`make doctor\` says what is there`);
  return realpathSync(path);
}

/** Shows what the helper does; with `record`, keeps what leaves this machine. */
function listenerOf(stack: string, record: boolean): Listener {
  const file = join(state, "asked", `${stack}.jsonl`);
  if (record) {
    mkdirSync(join(state, "asked"), { recursive: true, mode: 0o700 });
    rmSync(file, { force: true });
    console.log(`what is sent to the model: ${file}`);
  }
  return {
    command: (text) => console.log(`\n  $ ${plain(redactText(text))}`),
    said: (text) => console.log(excerpt(text).join("\n")),
    sent: (body) => {
      if (record) appendFileSync(file, `${body}\n`, { mode: 0o600 });
    },
  };
}
