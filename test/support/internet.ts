// An internet on loopback: a server that answers for every host, and a CONNECT proxy that is the only way to it by name.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { onPath } from "../../tools/command.ts";

export interface Request {
  host: string;
  path: string;
  headers: IncomingMessage["headers"];
}
export type Answer = (request: Request, response: ServerResponse) => void;

export interface Internet {
  /** `<url>/<host>/<path>` is `https://<host>/<path>`, for programs that can be told other URLs */
  url: string;
  /** what was asked for: `<host><path>` */
  asked: Request[];
  end: () => Promise<void>;
}

export interface ProxiedInternet extends Internet {
  /** the variables by which programs find the proxy and trust what is behind it */
  env: Record<string, string>;
  /** what the proxy was asked to connect to */
  connected: string[];
}

const listen = (server: Server) =>
  new Promise<number>((ready) => {
    server.listen(0, "127.0.0.1", () => ready((server.address() as AddressInfo).port));
  });

/** Ends servers with what hangs on them. */
async function endAll(servers: Server[], sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
}

function track(server: Server, sockets: Set<Socket>): Server {
  return server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
}

/** Without names and certificates: the host is the first part of the path. */
export async function startInternet(answer: Answer): Promise<Internet> {
  const asked: Request[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(({ url, headers }, response) => {
    const [, host, path] = url?.match(/^\/([^/]*)(\/.*)$/) ?? [];
    const request = { host, path, headers };
    asked.push(request);
    answer(request, response);
  });
  const url = `http://127.0.0.1:${await listen(track(server, sockets))}`;
  return { url, asked, end: () => endAll([server], sockets) };
}

/** Whether certificates can be made here. */
export const hasOpenssl = () => onPath("openssl") !== undefined;

/** An authority of its own, and a certificate of it for `hosts`. */
function certificates(folder: string, hosts: string[]): { ca: string; key: Buffer; cert: Buffer } {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const key = (name: string) => ["-newkey", "rsa:2048", "-nodes", "-keyout", at(`${name}.key`)];
  writeFileSync(at("leaf.ext"), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}\n`);
  openssl("req", "-x509", ...key("ca"), "-days", "2", "-subj", "/CN=ca of a test", "-out", at("ca.pem"));
  openssl("req", "-new", ...key("leaf"), "-subj", "/CN=server of a test", "-out", at("leaf.csr"));
  const signer = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("leaf.ext")];
  openssl("x509", "-req", "-in", at("leaf.csr"), ...signer, "-days", "2", "-out", at("leaf.pem"));
  return { ca: at("ca.pem"), key: readFileSync(at("leaf.key")), cert: readFileSync(at("leaf.pem")) };
}

/**
 * With names and certificates, behind a proxy that wants a password.
 * @param folder for keys
 */
export async function startProxiedInternet(folder: string, hosts: string[], answer: Answer): Promise<ProxiedInternet> {
  const asked: Request[] = [];
  const connected: string[] = [];
  const sockets = new Set<Socket>();
  const { ca, key, cert } = certificates(folder, hosts);
  const server = createTlsServer({ key, cert }, ({ url, headers }, response) => {
    const request = { host: headers.host ?? "", path: url ?? "", headers };
    asked.push(request);
    answer(request, response);
  });
  const behind = await listen(track(server, sockets));
  const proxy = createServer((_, response) => response.writeHead(400).end());
  proxy.on("connect", ({ url, headers }: IncomingMessage, socket: Socket, head: Buffer) => {
    connected.push(url ?? "");
    const allowed = headers["proxy-authorization"] === `Basic ${Buffer.from("me:secret").toString("base64")}`;
    if (!allowed) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const onward = connect(behind, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  const port = await listen(track(proxy, sockets));
  const HTTPS_PROXY = `http://me:secret@127.0.0.1:${port}`;
  const env = { HTTPS_PROXY, SSL_CERT_FILE: ca, CURL_CA_BUNDLE: ca, NODE_EXTRA_CA_CERTS: ca, NO_PROXY: "" };
  return { url: `http://127.0.0.1:${port}`, asked, connected, env, end: () => endAll([proxy, server], sockets) };
}
