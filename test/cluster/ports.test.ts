// Ports that another program has. Does not prove: that the command that is named finds that program.
import { strict as assert } from "node:assert";
import { createServer } from "node:net";
import { describe, it } from "mocha";
import { assertPortsFree, portTaken, whoListens } from "../../cluster/ports.ts";

describe("a port in use", () => {
  it("is refused, and no other", async () => {
    const server = createServer();
    const port = await new Promise<number>((listening) => {
      server.listen(0, "127.0.0.1", () => listening((server.address() as { port: number }).port));
    });
    await assert.rejects(assertPortsFree([port]), {
      message: `port ${port}: the cluster publishes it on 127.0.0.1, but another program listens there (\`${whoListens(port)}\` names it); end that program and run this again`,
    });
    await new Promise((closed) => server.close(closed));
    await assertPortsFree([port]);
  });

  it("is looked up with a command that the system has", () => {
    assert.equal(whoListens(30300, "linux"), "ss -ltnp 'sport = :30300'");
    assert.equal(whoListens(30300, "darwin"), "lsof -nP -iTCP:30300 -sTCP:LISTEN");
  });

  it("may come with a guess at who has it", () => {
    const { message } = portTaken(8301, "http://localhost:8301 needs it", "another `make open`");
    assert.match(
      message,
      /^port 8301: http:\/\/localhost:8301 needs it on .+` names it, perhaps another `make open`\);/,
    );
  });
});
