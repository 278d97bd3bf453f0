// How nodes without a network plugin of their own are connected: what each is told. Does not prove: that packets take these
// ways (test/e2e/drain.test.ts).
import { strict as assert } from "node:assert";
import { describe, it } from "mocha";
import { assertNoVolumes, nodesWanted, type Volume } from "../../cluster/more-nodes.ts";
import { connecting, type Place } from "../../cluster/offline/node-network.ts";

const nodes: Place[] = ["", "-m02", "-m03"].map((end, i) => ({
  name: `todo-on-minikube${end}`,
  address: `192.168.49.${2 + i}`,
  pods: `10.244.${i}.0/24`,
}));
const [first, second, third] = nodes;
const ways = (script: string) => script.split("\n").filter((line) => line.startsWith("ip route"));
const bridge = (script: string) => JSON.parse(script.split("\n")[1]).plugins[0];

describe("the network of a node among several", () => {
  it("of the first keeps the pods that it has, and gives out addresses of its own part from now on", () => {
    const script = connecting(first, nodes);
    assert.deepEqual(bridge(script).ipam.ranges, [
      [{ subnet: "10.244.0.0/16", rangeStart: "10.244.0.2", rangeEnd: "10.244.0.254", gateway: "10.244.0.1" }],
    ]);
    assert.deepEqual(ways(script), [
      "ip route replace 10.244.1.0/24 via 192.168.49.3",
      "ip route replace 10.244.2.0/24 via 192.168.49.4",
    ]);
    assert.match(script, /proxy_arp=1/);
  });

  it("of another one is its own part, with the first for whatever is no other's", () => {
    const script = connecting(second, nodes);
    assert.deepEqual(bridge(script).ipam.ranges, [[{ subnet: "10.244.1.0/24" }]]);
    assert.deepEqual(ways(script), [
      `ip route replace ${third.pods} via ${third.address}`,
      `ip route replace 10.244.0.0/16 via ${first.address}`,
    ]);
  });

  it("hides no pod's address from another pod, whose NetworkPolicies go by it", () => {
    assert.equal(bridge(connecting(second, nodes)).ipMasq, false);
    assert.match(connecting(second, nodes), /-A POSTROUTING -s 10\.244\.1\.0\/24 ! -d 10\.244\.0\.0\/16 -j MASQUERADE/);
    // All of the network is the first's own, so that it hides nothing in it.
    assert.equal(bridge(connecting(first, nodes)).ipMasq, true);
  });
});

describe("a node that leaves", () => {
  const volume = (node: string, name?: string): Volume => ({
    spec: {
      ...(name && { claimRef: { namespace: "todo-dev", name } }),
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ values: [node] }] }] } },
    },
  });

  it("takes no volume with it that somebody has claimed", () => {
    assert.throws(() => assertNoVolumes("two", [volume("one", "a"), volume("two", "data")]), {
      message:
        /^node two: expected no volume that would go with it, found todo-dev\/data; nothing was changed; `make backup/,
    });
    assertNoVolumes("two", [volume("one", "data"), volume("two"), { spec: {} }]);
  });
});

describe("a number of nodes", () => {
  it("is 1 to 3", () => {
    assert.deepEqual(["1", "2", "3"].map(nodesWanted), [1, 2, 3]);
    for (const given of ["0", "4", "-1", "1.5", "two", ""])
      assert.throws(() => nodesWanted(given), {
        message: `NODES: expected a number of nodes from 1 to 3, found ${given}`,
      });
  });
});
