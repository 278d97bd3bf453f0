// What a certificate and a key of a stack file have to be.
// Does not prove: that a browser believes it (test/e2e/reach.test.ts).
import { strict as assert } from "node:assert";
import { certificateText, chainOf, privateKeyText } from "../../settings/certificate.ts";
import { certificates } from "../support/settings-cases.ts";

const [own, other] = certificates;
const DAY = 24 * 3600_000;
const said = (schema: ReturnType<typeof certificateText> | ReturnType<typeof privateKeyText>, text: unknown) => {
  const { success, error } = schema.safeParse(text);
  return success ? undefined : error.issues.map(({ message }) => message).join();
};

describe("a certificate", () => {
  it("is taken with those that lead to its authority, and with what openssl writes between them", () => {
    const text = `subject=CN = a\n${own.certificate}\n${other.certificate}`;
    assert.equal(said(certificateText(), text), undefined);
    assert.deepEqual(
      chainOf(text)?.map(({ subjectAltName }) => subjectAltName),
      ["DNS:todo.example.org, DNS:api.example.org", "DNS:other.example.org"],
    );
  });

  it("is refused before it begins, and when it has ended", () => {
    const at = (days: number) => certificateText(() => new Date(Date.now() + days * DAY));
    assert.match(said(at(-1), own.certificate) ?? "", /, found one that is valid from \w{3} .* GMT$/);
    assert.match(said(at(31), own.certificate) ?? "", /, found one that ended \w{3} .* GMT; renew it$/);
    assert.equal(said(at(29), own.certificate), undefined);
  });

  for (const [what, text] of [
    ["nothing", ""],
    ["a key", own.key],
    ["half of one", own.certificate.slice(0, -40)],
    ["what is between the lines of one", own.certificate.replace(/\n.{20}/, "\nAAAA")],
  ]) {
    it(`is refused where it is ${what}`, () => {
      assert.match(
        said(certificateText(), text) ?? "",
        /^expected a certificate in PEM .*, found (nothing|a text that is none)$/,
      );
    });
  }
});

describe("the key of a certificate", () => {
  it("is taken, and refused where it is another one's or none", () => {
    assert.equal(said(privateKeyText(own.certificate), own.key), undefined);
    assert.equal(said(privateKeyText(), other.key), undefined);
    const another = "expected the key of todo:tls.certificate, found another one's";
    assert.equal(said(privateKeyText(own.certificate), other.key), another);
    const none = "expected a private key in PEM, without a passphrase, found a text that is none";
    assert.equal(said(privateKeyText(own.certificate), own.certificate), none);
    assert.equal(said(privateKeyText(own.certificate), "x"), none);
  });
});
