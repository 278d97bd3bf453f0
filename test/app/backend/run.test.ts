// Which Python the backend's tests run with. The Pythons are the one that is here, told to be others.
// Does not prove: that the locked packages have wheels for it on every system.
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, it } from "mocha";
import { root } from "../../../tools/places.ts";

describe("app/backend/run", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "todo-python-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A Python of a version; a virtual environment of its has a pytest that says the version. */
  const python = (name: string, version: string) => {
    const info = `(${version.split(".").join(", ")}, 'final', 0)`;
    const script = `#!/bin/bash
case $1 in
  --version) echo Python ${version} ;;
  -c) PATH=\${PATH#*:} exec python3 -c "import sys; sys.version_info = ${info}"$'\\n'"$2" ;;
  -m) mkdir -p "$4/bin"; ln -s "$(type -P true)" "$4/bin/python"; printf '#!/bin/sh\\necho ${version}\\n' >"$4/bin/pytest"; chmod +x "$4/bin/pytest" ;;
esac
`;
    writeFileSync(join(folder, name), script, { mode: 0o755 });
  };
  const run = () =>
    execa(join(root, "app/backend/run"), ["pytest"], {
      reject: false,
      env: { PATH: `${folder}:${process.env.PATH}`, XDG_CACHE_HOME: join(folder, "cache") },
    });

  for (const [title, pythons, used] of [
    ["takes python3", { python3: "3.12.1", "python3.13": "3.13.0" }, "3.12.1"],
    ["takes the newest that fits where python3 is newer", { python3: "3.15.0", "python3.14": "3.14.2" }, "3.14.2"],
    ["or older", { python3: "3.9.18", "python3.14": "3.14.2" }, "3.14.2"],
  ] as const) {
    it(title, async () => {
      for (const [name, version] of Object.entries(pythons)) python(name, version);
      const { stdout, exitCode } = await run();
      assert.deepEqual([exitCode, stdout], [0, used]);
    });
  }

  it("says which it needs where the only one is too new", async () => {
    for (const name of ["python3", "python3.14", "python3.13", "python3.12", "python3.11"]) python(name, "3.15.0");
    const { stderr, exitCode } = await run();
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^app\/backend needs one of Python 3\.11 to 3\.14 on PATH, .+ and found Python 3\.15\.0: install/,
    );
  });
});
