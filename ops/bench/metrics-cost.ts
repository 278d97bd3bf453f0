// What counting costs: requests per second of each service with its metrics, as a ratio of those without, in one run. Seconds
// are those of the processor that the service itself used: what else a machine does at the same time is no cost of its own.
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { run } from "../../tools/command.ts";
import { root } from "../../tools/places.ts";
import { Failure } from "../../tools/program.ts";

const PAIRS = 8;
const ROUNDS = 10;
const ROUND_MS = 500;
/** Node.js compiles what it runs often. */
const WARM_UP_ROUNDS = 4;
const CONNECTIONS = 8;
const PATIENCE_MS = 30_000;

interface Measured {
  service: string;
  folder: string;
  command: string[];
  path: string;
  variables: (port: string) => Record<string, string>;
}

const KEY = "k".repeat(32);

const services: Measured[] = [
  {
    service: "backend",
    folder: join(root, "app/backend"),
    command: ["./run", "python", "-m", "todo_backend"],
    path: "/health",
    variables: (port) => ({
      ...{ BACKEND_ENV: "bench", BACKEND_HOST: "127.0.0.1", BACKEND_PORT: port, CORS_ORIGINS: "http://localhost" },
      ...{ POOL_SIZE: "1", MAX_OVERFLOW: "0", POOL_TIMEOUT: "1", CHAT_MAX_MESSAGES: "1" },
      ...{ SECRET_KEY: KEY, AUTH_SECRET: KEY, DATABASE_URL: "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none" },
    }),
  },
  {
    service: "frontend",
    folder: join(root, "app/frontend"),
    command: ["node", ".next/standalone/server.js"],
    path: "/",
    variables: (port) => ({ HOSTNAME: "127.0.0.1", PORT: port, API_URL: "http://127.0.0.1:1", NODE_ENV: "production" }),
  },
];

/** A line for each service. */
export async function measuredMetricsCost(): Promise<string[]> {
  if (!existsSync("/proc/self/stat"))
    return ["not measured: only Linux tells the processor time of a process that runs"];
  const { folder } = services[1];
  if (!existsSync(join(folder, "node_modules"))) await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: folder });
  await run("npm", ["run", "build"], { cwd: folder });
  const lines: string[] = [];
  for (const each of services) lines.push(await costOf(each));
  return lines;
}

/**
 * Two processes that do the same differ by some percent, as their memory lies differently: many pairs of them are asked. The
 * two of a pair are asked in turns, so that whatever else the machine does meets both.
 */
async function costOf(measured: Measured): Promise<string> {
  const sums: [Spent, Spent] = [
    { requests: 0, seconds: 0 },
    { requests: 0, seconds: 0 },
  ];
  for (let pair = 0; pair < PAIRS; pair++) {
    const found = await pairOf(measured);
    for (const [index, { requests, seconds }] of found.entries()) {
      sums[index].requests += requests;
      sums[index].seconds += seconds;
    }
  }
  const [base, rate] = sums.map(({ requests, seconds }) => requests / seconds);
  const cost = ((1 - rate / base) * 100).toFixed(1);
  return `${measured.service}, GET ${measured.path}: ${(rate / base).toFixed(3)} of ${base.toFixed(0)} requests per second of processor time, a cost of ${cost} %`;
}

/** What a process without metrics has spent, and one with them. */
async function pairOf(measured: Measured): Promise<Spent[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const both = [await started(measured, {}), await started(measured, { METRICS_PORT: await freePort() })];
  const spent = both.map(() => ({ requests: 0, seconds: 0 }));
  try {
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const { requests, seconds } = await asked(agent, both[index], measured.path);
        if (round < WARM_UP_ROUNDS) continue;
        spent[index].requests += requests;
        spent[index].seconds += seconds;
      }
    }
    return spent;
  } finally {
    agent.destroy();
    for (const { stop } of both) await stop();
  }
}

async function started({ folder, command, path, variables, service }: Measured, more: Record<string, string>) {
  const port = await freePort();
  const [file, ...args] = command;
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...variables(port), ...more };
  const child = execa(file, args, {
    cwd: folder,
    extendEnv: false,
    env,
    stdout: "ignore",
    stderr: "pipe",
    reject: false,
  });
  let ended: string | undefined;
  void child.then(({ stderr }) => {
    ended = String(stderr);
  });
  const end = Date.now() + PATIENCE_MS;
  while (!(await answers(port, path))) {
    if (ended !== undefined) throw new Failure(`bench: the ${service} did not start: ${ended}`);
    if (Date.now() > end) throw new Failure(`bench: the ${service} did not answer within ${PATIENCE_MS / 1000} s`);
    await sleep(50);
  }
  const stop = async () => {
    child.kill();
    await child;
  };
  return { port, pid: child.pid ?? 0, stop };
}

interface Spent {
  requests: number;
  /** Of the service's processor time. */
  seconds: number;
}

/** One round. */
async function asked(agent: Agent, { port, pid }: { port: string; pid: number }, path: string): Promise<Spent> {
  const before = processorSeconds(pid);
  const end = performance.now() + ROUND_MS;
  let requests = 0;
  const asking = async () => {
    while (performance.now() < end) {
      await ask(port, path, agent);
      requests++;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, asking));
  return { requests, seconds: processorSeconds(pid) - before };
}

/** Of a process with its threads, from Linux, which counts it in hundredths. */
function processorSeconds(pid: number): number {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

async function ask(port: string, path: string, agent?: Agent): Promise<void> {
  const [response] = await once(get({ host: "127.0.0.1", port, path, agent }), "response");
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Failure(`bench: expected 200 of ${path}, found ${response.statusCode}`);
}

const answers = (port: string, path: string) =>
  ask(port, path).then(
    () => true,
    () => false,
  );

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return String(port);
}
