// The model that is asked, and how: by curl, which takes HTTPS_PROXY and the machine's certificates as every download does.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { redactText } from "local-charts/objects";
import { after, way } from "../../tools/network.ts";
import { Failure } from "../../tools/program.ts";

const OPENAI = "https://api.openai.com/v1";
const HOW = "docs/assistants.md says how to use which model";

export interface Model {
  /** Without a slash at its end. */
  url: string;
  /** None where a model of one's own wants none. */
  key?: string;
  name: string;
}

type Environment = Record<string, string | undefined>;

/** The model that the environment names. @throws Failure where it names none */
export function modelOf(env: Environment): Model {
  const url = (env.OPENAI_BASE_URL || OPENAI).replace(/\/+$/, "");
  const key = env.OPENAI_API_KEY || undefined;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new Failure(`OPENAI_BASE_URL: expected an http or https URL, found ${redactText(url)}; ${HOW}`);
  if (!key && url === OPENAI) {
    throw new Failure(
      `OPENAI_API_KEY: expected the key by which ${OPENAI} is asked, found nothing; set it, or OPENAI_BASE_URL to a model of your own; ${HOW}`,
    );
  }
  return { url, key, name: env.OPENAI_MODEL || "gpt-4.1-mini" };
}

export interface Answer {
  status: number;
  text: string;
}

interface Bounds {
  seconds: number;
  bytes: number;
}

/** What the model's server answers; `body` makes it a POST. @throws Failure where it does not, in time and size */
export async function askModel(model: Model, path: string, bounds: Bounds, body?: string): Promise<Answer> {
  const folder = mkdtempSync(join(tmpdir(), "todo-ask-"));
  try {
    const file = join(folder, "request.json");
    if (body !== undefined) writeFileSync(file, body, { mode: 0o600 });
    return await request(model, path, bounds, body === undefined ? [] : ["--data-binary", `@${file}`]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function request(model: Model, path: string, { seconds, bytes }: Bounds, data: string[]): Promise<Answer> {
  // By standard input, as whoever lists processes sees their arguments.
  const headers = [
    "Content-Type: application/json",
    "Expect:",
    ...(model.key ? [`Authorization: Bearer ${model.key}`] : []),
  ];
  const input = headers.map((header) => `header = ${JSON.stringify(header)}\n`).join("");
  const flags = ["--config", "-", "--silent", "--show-error", "--max-time", seconds.toFixed(1)];
  const args = [...flags, "--write-out", "\n%{http_code}", ...data, `${model.url}${path}`];
  const started = Date.now();
  const found = await execa("curl", args, { input, reject: false, maxBuffer: bytes, stripFinalNewline: false });
  const what = `model ${model.name} at ${redactText(model.url)}`;
  if (found.isMaxBuffer)
    throw new Failure(`${what}: expected an answer of at most ${bytes} bytes, found a longer one; ask another model`);
  if (found.exitCode === 28)
    throw new Failure(
      `${what}: expected an answer within ${Math.round(seconds)} s, found none; ask again, or a quicker model`,
    );
  if (found.failed) {
    const said = found.stderr.trim().replace(/^curl: /, "") || (found.shortMessage ?? "");
    throw new Failure(`${what}: does not answer (${redactText(said)}, ${after(started)} ${way()}); ${HOW}`);
  }
  const end = found.stdout.lastIndexOf("\n");
  return { status: Number(found.stdout.slice(end + 1)), text: found.stdout.slice(0, end) };
}

/** What is wrong with an answer by its status; undefined where nothing is. */
export function refusalOf(model: Model, { status, text }: Answer): Failure | undefined {
  if (status < 400) return undefined;
  const what = `model ${model.name} at ${redactText(model.url)}`;
  const said = redactText(messageIn(text)).slice(0, 300);
  const fix =
    status === 401 || status === 403
      ? "OPENAI_API_KEY is not one that it takes"
      : status === 404
        ? "OPENAI_BASE_URL or OPENAI_MODEL names what is not there"
        : "ask again later, or another model";
  return new Failure(`${what}: expected an answer, found ${status}${said ? ` (${said})` : ""}; ${fix}`);
}

/** What an error says, in the form that most servers give it. */
function messageIn(text: string): string {
  try {
    const { error } = JSON.parse(text);
    return String(error?.message ?? error ?? "");
  } catch {
    return text.trim().split("\n")[0] ?? "";
  }
}

/** @throws Failure where nobody answers there, or not to this key */
export async function assertAnswers(model: Model): Promise<void> {
  const answer = await askModel(model, "/models", { seconds: 15, bytes: 4 * 2 ** 20 });
  // Not every server has that list; who has none answers all the same.
  if (answer.status === 401 || answer.status === 403) throw refusalOf(model, answer);
}
