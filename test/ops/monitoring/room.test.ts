// Whether monitoring finds room beside what runs. Does not prove: that the scheduler finds it on one node.
import { strict as assert } from "node:assert";
import { isMonitoring, monitoringImages, monitoringNeeds } from "../../../ops/monitoring/needs.ts";
import { lacks, requestsOf, sum } from "../../../ops/monitoring/room.ts";

const MiB = 2 ** 20;
const needed = { cpu: 0.21, memory: 488 * MiB };

describe("room for monitoring", () => {
  it("is what is left of what the nodes have", () => {
    const has = { cpu: 2, memory: 4096 * MiB };
    assert.deepEqual(lacks(needed, has, { cpu: 1.79, memory: 3608 * MiB }), []);
    assert.deepEqual(lacks(needed, has, { cpu: 1.8, memory: 3700 * MiB }), [
      "CPU: expected 210m that no pod has asked for, found 200m of 2000m",
      "memory: expected 488 MiB that no pod has asked for, found 396 MiB of 4096 MiB",
    ]);
    assert.deepEqual(lacks(needed, has, { cpu: 3, memory: 0 }), [
      "CPU: expected 210m that no pod has asked for, found 0m of 2000m",
    ]);
  });

  it("is counted by requests; who asks for nothing takes nothing", () => {
    const containers = [{ resources: { requests: { cpu: "250m", memory: "1Gi" } } }, { resources: {} }, {}];
    assert.deepEqual(sum([requestsOf(containers), requestsOf(containers)]), { cpu: 0.5, memory: 2048 * MiB });
  });

  it("is asked for by the charts and metrics-server, the agent on each node", () => {
    const [one, two] = [monitoringNeeds(1), monitoringNeeds(2)];
    assert.ok(one.cpu > 0.11 && one.memory > 288 * MiB);
    assert.deepEqual([Math.round((two.cpu - one.cpu) * 1000), (two.memory - one.memory) / MiB], [20, 32]);
    assert.equal(monitoringImages().length, 5);
  });

  it("is not taken by monitoring itself, which may be there already", () => {
    const pod = (namespace: string, name: string) => isMonitoring({ metadata: { namespace, name } });
    assert.ok(pod("todo-monitoring", "logs-0") && pod("todo-log-agent", "log-agent-x"));
    assert.ok(
      pod("kube-system", "metrics-server-5b-x") && !pod("kube-system", "coredns-x") && !pod("todo-dev", "logs-0"),
    );
  });
});
