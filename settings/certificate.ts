// A certificate that a stack file gives, and its key: what they have to be. Nothing of a key is ever shown.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { z } from "zod";
import { expected } from "./problems.ts";

const CERTIFICATE = "a certificate in PEM that is valid today, the host's first";
const KEY = "a private key in PEM, without a passphrase";

/** @param now when it has to be valid */
export const certificateText = (now = () => new Date()) =>
  z
    .string({ error: expected(CERTIFICATE) })
    .superRefine((text, context) => {
      const refuse = (found: string) =>
        context.addIssue({ code: "custom", message: `expected ${CERTIFICATE}, found ${found}` });
      const [first] = chainOf(text) ?? [];
      if (!first) return refuse(text === "" ? "nothing" : "a text that is none");
      const [from, to] = [first.validFrom, first.validTo];
      if (new Date(from) > now()) refuse(`one that is valid from ${from}`);
      if (new Date(to) < now()) refuse(`one that ended ${to}; renew it`);
    })
    .meta({ errorMessage: `expected ${CERTIFICATE}` });

/** @param certificate that it has to be of; default: any */
export const privateKeyText = (certificate?: string) =>
  z.string({ error: expected(KEY) }).superRefine((text, context) => {
    const key = keyOf(text);
    const [first] = (certificate && chainOf(certificate)) || [];
    if (!key) context.addIssue({ code: "custom", message: `expected ${KEY}, found a text that is none` });
    else if (first && !first.checkPrivateKey(key))
      context.addIssue({ code: "custom", message: "expected the key of todo:tls.certificate, found another one's" });
  });

/** The certificates of a text, in its order; undefined where one is none. */
export function chainOf(text: string): X509Certificate[] | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function keyOf(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}
