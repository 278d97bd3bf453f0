// What errors say of the way out of a machine.
// Does not prove: that each program goes by the same variables.
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { way } from "../../tools/network.ts";

describe("the way out of a machine, in words", () => {
  const cases: [Record<string, string>, string][] = [
    [{}, "without a proxy (HTTPS_PROXY is unset)"],
    [{ HTTPS_PROXY: "" }, "without a proxy (HTTPS_PROXY is unset)"],
    [
      { HTTPS_PROXY: "http://proxy.acme.example:3128" },
      "through the proxy http://proxy.acme.example:3128 (HTTPS_PROXY)",
    ],
    [{ https_proxy: "http://me:secret@proxy:3128" }, "through the proxy http://proxy:3128 (https_proxy)"],
    [{ https_proxy: "me:secret@proxy:3128" }, "through the proxy proxy:3128 (https_proxy)"],
    [{ ALL_PROXY: "socks5://me:se@cret@proxy" }, "through the proxy socks5://proxy (ALL_PROXY)"],
  ];
  for (const [env, expected] of cases) it(expected, () => assert.equal(way(env), expected));
});
