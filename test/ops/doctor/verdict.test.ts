// What a look at an environment comes to. Does not prove: that what is looked at is as it was found (make doctor on a cluster).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import {
  apisVerdict,
  certificateVerdict,
  clockVerdict,
  errorsIn,
  verdictLines,
  warningsIn,
} from "../../../ops/doctor/verdict.ts";

describe("a verdict", () => {
  it("is a line, and the remedy below it", () => {
    assert.deepEqual(
      verdictLines([
        { is: "ok", what: "clock", found: "agrees" },
        { is: "wrong", what: "image a", found: "not there", remedy: "`make images`" },
      ]),
      ["ok       clock: agrees", "wrong    image a: not there", "           `make images`"],
    );
  });

  it("of a certificate goes by when it ends", () => {
    const of = (ends: string) => {
      const { is, found } = certificateVerdict("c", new Date(ends), new Date("2026-11-28T12:00:00Z"), "renew");
      return `${is}: ${found}`;
    };
    assert.deepEqual(
      [of("2027-11-28"), of("2026-12-08T12:00:00Z"), of("2026-11-27")],
      ["ok: good until 2027-11-28", "warning: ends in 10 days, on 2026-12-08", "wrong: ended on 2026-11-27"],
    );
  });

  it("of clocks goes by how far they are apart", () => {
    const here = new Date("2026-11-28T12:00:00Z");
    const of = (there: string) => clockVerdict(new Date(there), here);
    assert.equal(of("2026-11-28T12:00:20Z").is, "ok");
    assert.match(of("2026-11-28T12:05:00Z").found, /300 s ahead of/);
    assert.match(of("2026-11-28T11:59:00Z").found, /60 s behind/);
  });

  it("of APIs names those that do not answer, and what follows", () => {
    const api = (name: string, status: string, message?: string) => ({
      metadata: { name },
      status: { conditions: [{ type: "Available", status, message }] },
    });
    assert.equal(apisVerdict([api("v1.apps", "True")]).is, "ok");
    const { is, found } = apisVerdict([
      api("v1.apps", "True"),
      api("v1beta1.metrics.k8s.io", "False", "bad status: 404"),
      { metadata: { name: "v1.fresh" } },
    ]);
    assert.equal(is, "wrong");
    assert.match(
      found,
      /^no answer from v1beta1\.metrics\.k8s\.io \(bad status: 404\), v1\.fresh \(not asked yet\): .*no namespace/,
    );
  });

  it("of a preview are its warnings and errors, in its words", () => {
    const said = [
      "Diagnostics:",
      "  pulumi:pulumi:Stack (todo-dev):",
      "    warning: Ingress a asks for class b",
      "    error: helm/a: no",
      "    other: x",
    ].join("\n");
    assert.deepEqual([warningsIn(said), errorsIn(said)], [["Ingress a asks for class b"], ["helm/a: no"]]);
  });
});
