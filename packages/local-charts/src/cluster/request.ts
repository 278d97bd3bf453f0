// One request to the API server of a kubeconfig's context. The official client would be 83 MB and half a second of start-up
// on each preview; this reads what Minikube and clusters with tokens or a login program have, and says what it cannot.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

type Fields = Record<string, unknown>;

interface Access {
  server: string;
  /** Of node:https. */
  tls: Fields;
  token?: string;
}

interface RequestOptions {
  milliseconds: number;
  method?: "GET" | "DELETE";
  /** Of a list, only the metadata of its objects. */
  metadataOnly?: boolean;
}

/** The API server neither answered nor refused: whoever asks next waits, too. */
export class NoAnswer extends Error {}

/** The API server has nothing of that name. */
export class NotThere extends Error {}

/** What a list holds of each object where no more is asked for: neither spec nor data leave the API server. */
const METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** What the API server answers to a GET, parsed: @see clusterRequest */
export function clusterGet(context: string, path: string, milliseconds: number): Promise<unknown> {
  return clusterRequest(context, path, { milliseconds });
}

/**
 * What the API server answers, parsed.
 * @param path below the server's address, query included
 * @throws NoAnswer when it took too long; NotThere; Error in a few words: no such context, not allowed
 */
export async function clusterRequest(context: string, path: string, options: RequestOptions): Promise<unknown> {
  const { host, status, text } = await clusterAnswer(context, path, options);
  const said = `${host} answered ${status}`;
  if (status === 404) throw new NotThere(said);
  if (status !== 200) throw new Error(said);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${host} is no API server: it did not answer with JSON`);
  }
}

/** What is answered by the API server, or by a pod that it asks, whatever that is. */
interface Answer {
  /** The API server's. */
  host: string;
  status: number;
  text: string;
}

/** As clusterRequest, of any status and any text. */
export async function clusterAnswer(
  context: string,
  path: string,
  { milliseconds, method = "GET", metadataOnly = false }: RequestOptions,
): Promise<Answer> {
  const { server, tls, token } = await accessTo(context);
  const url = new URL(`${server.replace(/\/$/, "")}${path}`);
  const accept = metadataOnly ? METADATA_ONLY : "application/json";
  const headers = { accept, ...(token && { authorization: `Bearer ${token}` }) };
  const signal = AbortSignal.timeout(milliseconds);
  const request = url.protocol === "http:" ? httpRequest : httpsRequest;
  return new Promise((done, fail) => {
    const refuse = (error: Error) =>
      fail(signal.aborted ? new NoAnswer(`${url.host} did not answer within ${milliseconds / 1000} s`) : error);
    request(url, { ...tls, method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", refuse);
      response.on("end", () => {
        done({ host: url.host, status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    })
      .on("error", refuse)
      .end();
  });
}

async function accessTo(context: string): Promise<Access> {
  const paths = (process.env.KUBECONFIG || join(homedir(), ".kube", "config")).split(delimiter).filter(Boolean);
  const named = (kind: "contexts" | "clusters" | "users", name: unknown) => {
    for (const path of paths) {
      const entry = (readConfig(path)[kind] as Fields[] | undefined)?.find((each) => each.name === name);
      if (entry) return { folder: dirname(path), ...(entry[kind.slice(0, -1)] as Fields) } as Fields;
    }
    throw new Error(`the kubeconfig has no ${kind.slice(0, -1)} ${name}`);
  };
  const { cluster: clusterName, user: userName } = named("contexts", context);
  const cluster = named("clusters", clusterName);
  const user = named("users", userName);
  if (cluster["proxy-url"]) throw new Error("the kubeconfig asks for a proxy, which is not supported here");
  const login = user.exec ? await loginOf(user.exec as Fields) : {};
  const tls = {
    ca: material(cluster, "certificate-authority"),
    cert: login.clientCertificateData ?? material(user, "client-certificate"),
    key: login.clientKeyData ?? material(user, "client-key"),
    ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
    ...(cluster["tls-server-name"] !== undefined && { servername: cluster["tls-server-name"] }),
  };
  const file = user.tokenFile && readFileSync(resolve(String(user.folder), String(user.tokenFile)), "utf8").trim();
  const token = (login.token ?? user.token ?? file) as string | undefined;
  return { server: String(cluster.server), tls, token };
}

function readConfig(path: string): Fields {
  try {
    return parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return {};
    throw new Error(`${path} cannot be read as a kubeconfig`);
  }
}

/** A certificate or key: inline, or a file beside the kubeconfig. */
function material(entry: Fields, name: string): Buffer | undefined {
  const inline = entry[`${name}-data`];
  if (inline) return Buffer.from(String(inline), "base64");
  return entry[name] ? readFileSync(resolve(String(entry.folder), String(entry[name]))) : undefined;
}

/** What a cloud's login program says: a token, or a certificate. */
async function loginOf({ command, args, env, apiVersion }: Fields): Promise<Fields> {
  const own = Object.fromEntries(
    ((env ?? []) as { name: string; value: string }[]).map((each) => [each.name, each.value]),
  );
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  const options = { env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: info }, timeout: 5_000 };
  try {
    const { stdout } = await promisify(execFile)(String(command), (args ?? []) as string[], options);
    return JSON.parse(stdout).status;
  } catch {
    throw new Error(`the kubeconfig's login program ${command} failed`);
  }
}
