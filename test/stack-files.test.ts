// The repository's own stack files: valid, and what they describe renders and passes every check. No other test reads them,
// so that an edit of one that is valid fails nothing. Does not prove: that their images, clusters and databases exist.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkCharts } from "local-charts";
import { parse } from "yaml";
import { checksOf } from "../components/checks.ts";
import { readExceptions } from "../components/policy.ts";
import { renderEnvironment } from "../components/rendered.ts";
import { stackNames } from "../settings/stack-files.ts";
import { readSettings } from "../settings.ts";
import { ROOT } from "./support/mocks.ts";
import { refusedBySchema } from "./support/stack-schema.ts";

const HINT = "# yaml-language-server: $schema=./Pulumi.schema.json";

for (const stack of stackNames(ROOT)) {
  describe(`Pulumi.${stack}.yaml`, () => {
    it("is valid, and its charts render, fit together, keep the rules and find room", async () => {
      const settings = readSettings(ROOT, stack, { assumeSecrets: true });
      const { parts, charts } = await renderEnvironment(settings, ROOT);
      checkCharts(charts, checksOf(settings, parts, readExceptions(ROOT)));
    });

    it("is accepted by the schema by which editors complete it, and names no other", async () => {
      const text = readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8");
      const named = text.split("\n").filter((line) => line.includes("yaml-language-server"));
      assert.deepEqual([...named, HINT], named.length > 0 ? [HINT, HINT] : [HINT]);
      assert.deepEqual(await refusedBySchema([parse(text)]), [[]]);
    });
  });
}
