// An environment of a test's own: a copy of the tree, in which dev's stack file, under another name and with a passphrase and
// secrets of its own, may be edited.
import { strict as assert } from "node:assert";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { Checkout, type Outcome } from "./checkout.ts";
import { claim, unclaim } from "./claims.ts";
import { dev, type Place, placeOf } from "./cluster.ts";

export class OwnEnvironment {
  readonly stack: string;
  readonly namespace: string;
  readonly checkout: Checkout;
  readonly place: Place;
  /** Its stack file, and what stood there at first. */
  readonly file: string;
  readonly plain: string;

  /** With nothing deployed yet, and no node port. @param edit of the stack file */
  constructor(stack: string, edit: (config: Document) => void = () => {}) {
    const name = `Pulumi.${stack}.yaml`;
    assert.ok(!existsSync(join(dev.folder, name)), `${name}: the tests use a stack of this name; rename yours`);
    this.stack = stack;
    this.namespace = `todo-${stack}`;
    claim(this.namespace);
    this.checkout = new Checkout("a passphrase of the test's own");
    this.file = join(this.checkout.folder, name);
    const config = parseDocument(readFileSync(join(this.checkout.folder, "Pulumi.dev.yaml"), "utf8"));
    config.delete("encryptionsalt");
    for (const key of ["secretKey", "authSecret", "openaiApiKey", "generations"])
      config.deleteIn(["config", `todo:${key}`]);
    config.setIn(["config", "todo:origin"], `http://${stack}.localhost:8390`);
    config.setIn(["config", "todo:frontend", "service"], { type: "ClusterIP" });
    edit(config);
    writeFileSync(this.file, config.toString({ lineWidth: 0 }));
    this.place = placeOf(stack, this.checkout.folder, { PULUMI_CONFIG_PASSPHRASE: this.checkout.passphrase });
    this.place.run("", "pulumi", "stack", "init", stack);
    this.plain = readFileSync(this.file, "utf8");
  }

  up(): string {
    return this.place.pulumi("up", "--yes", "--skip-preview");
  }

  /** Nothing is left to do, and all is there. */
  isWell(): void {
    this.place.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  }

  preview(): string {
    return this.place.pulumi("preview", "--non-interactive");
  }

  set(path: string, value: string): void {
    this.place.pulumi("config", "set", "--path", `todo:${path}`, "--", value);
  }

  /** The stack file is what it was at first. */
  restore(): void {
    writeFileSync(this.file, this.plain);
  }

  /** A command of pulumi's that may fail. */
  tried(args: string[], env: NodeJS.ProcessEnv = {}): Outcome {
    return this.checkout.try(["pulumi", ...args, "--stack", this.stack, "--non-interactive"], { env });
  }

  /** A verb of make, for this environment, that may fail. */
  make(verb: string, ...words: string[]): Outcome {
    const env = { TODO_ROOT: this.checkout.folder };
    return this.checkout.try(["make", verb, `ENV=${this.stack}`, ...words], { env });
  }

  /** Removes all of it, also where it is half made. */
  end(): void {
    try {
      this.restore();
      this.place.pulumi("destroy", "--yes", "--skip-preview", "--refresh");
    } finally {
      unclaim(this.namespace);
      rmSync(this.checkout.folder, { recursive: true });
    }
  }
}
