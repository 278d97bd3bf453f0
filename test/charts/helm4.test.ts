// Helm 4 makes the same objects of every chart as Helm 3, whose last release Pulumi's provider embeds.
// Not proved here: that Helm 4 installs them (test/e2e/umbrella-helm4.test.ts). Skipped where there is no helm4: `make e2e` brings it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { charts, chartsFolder, helm, namespace, objectsOf, templateTodoApp, type Values } from "./render.ts";
import { everything, least, leastOfTodoApp } from "./values.ts";

const chartOf = (name: string, values: Values) => (binary: string) =>
  helm(
    ["template", "todo", join(chartsFolder, name), `--namespace=${namespace}`, "--kube-version=1.35.1", "--values=-"],
    values,
    binary,
  );

describe("Helm 4", () => {
  before(function () {
    if (spawnSync("helm4", ["version"]).error) this.skip();
  });

  const cases = [
    ...charts.map((chart) => [`${chart}, least`, chartOf(chart, least[chart])] as const),
    ...charts.map((chart) => [`${chart}, everything`, chartOf(chart, everything[chart])] as const),
    ["todo-app", (binary: string) => templateTodoApp(leastOfTodoApp, "todo", binary)] as const,
  ];
  for (const [label, template] of cases) {
    it(`renders ${label} as Helm 3 does`, async () => {
      const [three, four] = await Promise.all(["helm", "helm4"].map(template));
      assert.equal(three.status, 0, three.stderr);
      assert.equal(four.status, 0, four.stderr);
      assert.ok(objectsOf(three.stdout).length > 1);
      assert.deepEqual(objectsOf(four.stdout), objectsOf(three.stdout));
    });
  }

  it("refuses what Helm 3 refuses, in the same words", async () => {
    const refused = [
      chartOf("todo-frontend", { ...least["todo-frontend"], image: { repository: "a", tag: "latest" } }),
      chartOf("todo-backend", { ...least["todo-backend"], env: { A: "{{ .Release.Name" } }),
      (binary: string) => templateTodoApp(leastOfTodoApp, "my-todo-backend", binary),
    ];
    const sentences = [
      "at '/image/tag': value must be 'a tag with a digit in it (names like latest are moved to other images)'",
      'cannot parse template "{{/* env.A */}}{{ .Release.Name": ',
      "todo-app needs a name that does not contain todo-backend",
    ];
    for (const [index, template] of refused.entries()) {
      for (const binary of ["helm", "helm4"]) {
        const { status, stderr } = await template(binary);
        assert.equal(status, 1, binary);
        assert.ok(stderr.includes(sentences[index]), `${binary} said: ${stderr}`);
      }
    }
  });
});
