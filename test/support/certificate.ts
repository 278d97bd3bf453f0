// A certificate that a test gives to a stack, signed by itself.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pair } from "../../cluster/authority.ts";

/** A certificate for hosts, which ends in 30 days, and its key. */
export function selfSigned(hosts: string[]): Pair {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  try {
    const [key, certificate] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const names = ["-subj", "/CN=test", "-addext", `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}`];
    const files = ["-keyout", key, "-out", certificate];
    execFileSync("openssl", ["req", "-x509", ...kind, ...names, "-days", "30", ...files], { stdio: "pipe" });
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
