// Waiting for an address of this machine by a name that no resolver has to know. Does not prove: that a browser takes it.
import { strict as assert } from "node:assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "mocha";
import { waitForUrl } from "../../../ops/page/url.ts";

describe("an address below localhost", () => {
  it("is asked here by its name, until it answers with a success", async () => {
    const hosts: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      hosts.push(headers.host);
      response.statusCode = hosts.length > 1 ? 200 : 404;
      response.end("here");
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    await waitForUrl(`http://staging.localhost:${port}`);
    server.close();
    assert.deepEqual(hosts, Array(2).fill(`staging.localhost:${port}`));
  });
});
