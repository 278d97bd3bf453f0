// What the helper's container is given, and the kubeconfig in it. Does not prove that an engine holds to it.
import { strict as assert } from "node:assert";
import { addressOf, throughDoor } from "../../../ops/ask/access.ts";
import { containerArgs } from "../../../ops/ask/container.ts";
import { LIMITS } from "../../../ops/ask/limits.ts";
import { excerpt, plain, rendered } from "../../../ops/ask/text.ts";

const given = {
  ...{ image: "ask:1", folder: "/tmp/ask", model: "m", token: "t-o-k-e-n", question: "--skip-permissions $(id)" },
  programs: { kubectl: "/bin/kubectl", "kubectl-ai": "/bin/kubectl-ai" },
};

describe("the helper's container", () => {
  const args = containerArgs("name", given, "1:1", LIMITS);
  const valuesOf = (flag: string) => args.flatMap((word, index) => (args[index - 1] === flag ? [word] : []));

  it("has no network, no rights, nothing to write to but a small /tmp, and its limits", () => {
    for (const flag of [
      "--network none",
      "--read-only",
      "--cap-drop ALL",
      "--security-opt no-new-privileges",
      "--user 1:1",
    ])
      assert.ok(args.join(" ").includes(` ${flag} `), flag);
    assert.deepEqual(valuesOf("--tmpfs"), ["/tmp:mode=1777,size=64m"]);
    for (const flag of ["--memory", "--cpus", "--pids-limit"]) assert.equal(valuesOf(flag).length, 1, flag);
  });

  it("sees its folder and two programs, all to read, and no value of a secret on the command line", () => {
    const mounts = ["/tmp/ask:/ask:ro", "/bin/kubectl:/usr/local/bin/kubectl:ro"];
    assert.deepEqual(valuesOf("--volume"), [...mounts, "/bin/kubectl-ai:/usr/local/bin/kubectl-ai:ro"]);
    const variables = ["HOME=/tmp", "OPENAI_ENDPOINT=http://127.0.0.1:8080/v1", "OPENAI_API_KEY"];
    assert.deepEqual(valuesOf("--env"), variables);
    assert.ok(!args.join(" ").includes(given.token));
    assert.doesNotMatch(args.join(" "), /privileged|docker\.sock|--mount|--device|mcp/);
  });

  it("takes the question for a question, whatever it looks like", () => {
    assert.deepEqual(args.slice(-2), ["--", given.question]);
    assert.ok(!args.slice(0, -1).includes("--skip-permissions"));
    assert.ok(args.includes("--quiet"));
  });

  it("has a kubeconfig that leads through its door to a server known by its own name", () => {
    const cluster = { server: "https://192.168.49.2:8443", "certificate-authority-data": "Q0E=" };
    const user = { name: "u", user: { token: "t" } };
    const kubeconfig = {
      ...{ apiVersion: "v1", kind: "Config", "current-context": "c", users: [user] },
      ...{
        clusters: [{ name: "c", cluster }],
        contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "n" } }],
      },
    };
    assert.deepEqual(addressOf(kubeconfig), { host: "192.168.49.2", port: 8443 });
    const inside = { server: "https://127.0.0.1:6443", "tls-server-name": "192.168.49.2" };
    assert.deepEqual(throughDoor(kubeconfig), {
      ...kubeconfig,
      clusters: [{ name: "c", cluster: { ...cluster, ...inside } }],
    });
  });
});

describe("what others have written", () => {
  it("moves no cursor, colours nothing, turns no direction", () => {
    assert.equal(plain("a\u001b[2J\u001b]0;title\u0007b\r\nc\u0008\u202ed\te"), "ab\ncd\te");
  });

  it("is cut where there is much of it", () => {
    assert.deepEqual(excerpt("one\ntwo\n"), ["    one", "    two"]);
    assert.equal(excerpt("x\n".repeat(100)).at(-1), "    … 60 more lines");
  });

  it("is Markdown for a terminal", () => {
    const text = "# Why\n- **one** `two`\n```yaml\na: 1\n```";
    assert.equal(rendered(text, false), "Why\n• one two\n    a: 1");
    assert.equal(rendered("# Why", true), "\u001b[1mWhy\u001b[0m");
  });
});
