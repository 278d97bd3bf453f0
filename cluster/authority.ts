// A certificate authority of this machine, for hosts below localhost: a browser that trusts it believes the certificates of
// environments, and nothing else that it may sign. Made by openssl: Node can read certificates, and sign none.
import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../tools/command.ts";
import { authority } from "../tools/places.ts";
import { Failure } from "../tools/program.ts";

export interface Pair {
  /** PEM */
  certificate: string;
  /** PEM */
  key: string;
}

const DAY = 24 * 3600_000;
/** Before a certificate ends, it counts as ended. */
const MARGIN = 30 * DAY;
/** Some systems believe none that lasts longer than 825 days. */
const DAYS = { authority: 3650, leaf: 365 };

const NEEDS_OPENSSL = "openssl makes certificates; install openssl and run this again";
const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Of names below localhost it may say whose they are, and of no address: who gets the key gets no more than that. */
const AUTHORITY = `[req]
distinguished_name = name
x509_extensions = authority
prompt = no
[name]
O = todo-on-minikube
CN = todo-on-minikube, this machine's own authority
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,@names
[names]
permitted;DNS.0 = localhost
excluded;IP.0 = 0.0.0.0/0.0.0.0
excluded;IP.1 = 0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0
`;

/** Whether the authority may sign for a host. */
export const isOfThisMachine = (host: string): boolean => host === "localhost" || host.endsWith(".localhost");

/**
 * The authority of this machine, made where there is none.
 * @param folder outlives the cluster: browsers were told to trust what is in it
 * @throws Failure where one is there that has come to its end, or half of one
 */
export async function ensureAuthority(folder = authority): Promise<Pair> {
  const at = (file: string) => join(folder, file);
  if (!existsSync(folder)) await makeAuthority(folder);
  const anew = `\`rm -r ${folder}\` and the same command make a new one, which browsers have to be told of`;
  for (const file of ["ca.pem", "ca-key.pem"]) {
    if (!existsSync(at(file)))
      throw new Failure(`${folder}: expected ca.pem and ca-key.pem, found no ${file}; ${anew}`);
  }
  const pair = { certificate: readFileSync(at("ca.pem"), "utf8"), key: readFileSync(at("ca-key.pem"), "utf8") };
  const validTo = endOf(pair.certificate);
  if (!validTo) throw new Failure(`${at("ca.pem")}: expected a certificate in PEM, found something else; ${anew}`);
  if (isNearEnd(validTo, new Date()))
    throw new Failure(`${at("ca.pem")}: expected an authority that lasts, found one that ends on ${validTo}; ${anew}`);
  return pair;
}

function endOf(certificate: string): string | undefined {
  try {
    return new X509Certificate(certificate).validTo;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, as two commands may begin at once. */
async function makeAuthority(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  const at = (file: string) => join(made, file);
  writeFileSync(at("request"), AUTHORITY);
  const files = ["-config", at("request"), "-keyout", at("ca-key.pem"), "-out", at("ca.pem")];
  await run("openssl", ["req", "-x509", ...KEY, "-days", String(DAYS.authority), ...files], { hint: NEEDS_OPENSSL });
  chmodSync(at("ca-key.pem"), 0o600);
  rmSync(at("request"));
  try {
    renameSync(made, folder);
  } catch (error) {
    rmSync(made, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** A certificate for hosts, and its key. @throws Failure */
export async function issue(hosts: string[], { certificate, key }: Pair): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), "todo-certificate-"));
  const at = (file: string) => join(folder, file);
  try {
    writeFileSync(at("ca.pem"), certificate);
    writeFileSync(at("ca-key.pem"), key, { mode: 0o600 });
    const names = hosts.map((host) => `DNS:${host}`).join(",");
    writeFileSync(
      at("extensions"),
      [
        ...["basicConstraints = critical,CA:FALSE", "keyUsage = critical,digitalSignature"],
        ...["extendedKeyUsage = serverAuth", `subjectAltName = ${names}`],
      ].join("\n"),
    );
    const subject = ["-subj", "/O=todo-on-minikube/CN=environments"];
    const request = ["-keyout", at("key.pem"), "-out", at("request")];
    await run("openssl", ["req", "-new", ...KEY, ...subject, ...request], { hint: NEEDS_OPENSSL });
    const signer = ["-CA", at("ca.pem"), "-CAkey", at("ca-key.pem"), "-CAcreateserial", "-sha256"];
    const leaf = ["-days", String(DAYS.leaf), "-extfile", at("extensions"), "-out", at("certificate.pem")];
    await run("openssl", ["x509", "-req", "-in", at("request"), ...signer, ...leaf], { hint: NEEDS_OPENSSL });
    return { certificate: readFileSync(at("certificate.pem"), "utf8"), key: readFileSync(at("key.pem"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The hosts that a certificate of the authority is for, none where another one has signed it or it is near its end. */
export function hostsCovered(certificate: string, signer: Pair, now: Date): string[] {
  try {
    const [leaf, ca] = [new X509Certificate(certificate), new X509Certificate(signer.certificate)];
    if (!leaf.verify(ca.publicKey) || isNearEnd(leaf.validTo, now)) return [];
    return (leaf.subjectAltName ?? "").split(", ").map((name) => name.replace(/^DNS:/, ""));
  } catch {
    return [];
  }
}

const isNearEnd = (validTo: string, now: Date) => new Date(validTo).getTime() - now.getTime() < MARGIN;
