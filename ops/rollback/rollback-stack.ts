// From an environment to what it was when it was last well: what `make rollback` does.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { digest } from "local-charts";
import type { HistoryEntry } from "local-charts/objects";
import { renderEnvironment } from "../../components/rendered.ts";
import { schemaRevision } from "../../components/schema-revision.ts";
import { ensureTools } from "../../tools/install.ts";
import { root } from "../../tools/places.ts";
import { expected, Failure } from "../../tools/program.ts";
import { historyOf } from "../history/read.ts";
import { changedLines, type Image, imagesIn, withImages } from "../promote/stack-file.ts";
import { askForName, assertPassphrase, assertUpAnswerable } from "../stack/consent.ts";
import { deploy } from "../stack/deploy.ts";
import { settingsOf } from "../stack/stack-settings.ts";
import { schemaProblem } from "./schema.ts";
import { checkout, imagesOfEntry, targetOf } from "./target.ts";

/** What a person says of a schema that no program can judge. */
export const CHECKED = "checked";

/**
 * Puts the image tags of an entry of the history into the stack file, and deploys it.
 * @param to the entry's number; empty: the last that is another than what is deployed now
 * @param schema CHECKED: that the images can run on the database as it is was seen to by whoever types this
 * @throws Failure where that is refused, with nothing changed; where the deployment fails, with the file edited
 */
export async function rollbackStack(stack: string, to: string, schema: string): Promise<void> {
  assertUpAnswerable(stack);
  assertPassphrase(stack);
  if (schema && schema !== CHECKED)
    throw new Failure(`SCHEMA=${schema}: expected ${CHECKED} or nothing; nothing was changed`);
  const history = await historyOf(stack);
  const target = targetOf(history, stack, to);
  const name = `Pulumi.${stack}.yaml`;
  const file = join(root, name);
  const before = readFileSync(file, "utf8");
  const present = imagesIn(name, before);
  const images = imagesOfEntry(stack, target, present);
  const after = withImages(name, before, images);
  if (after === before) {
    throw new Failure(
      `${stack}: #${target.number} ran the images that ${name} names now, so no tag leads back to it; ${checkout(stack, target)}`,
    );
  }
  const changes = (service: string) => JSON.stringify(present[service]) !== JSON.stringify(images[service]);
  // What else runs does not know the database.
  const touched = Object.keys(images).filter((service) => service !== "frontend" && changes(service));
  if (touched.length > 0 && schema !== CHECKED) await assertSchema(stack, target, history.entries);

  writeFileSync(file, after);
  const shown = ({ tag, digest }: Image) => [tag, digest].filter(Boolean).join("@");
  const tags = Object.keys(images)
    .filter(changes)
    .map((service) => `${service} ${shown(images[service])}`);
  console.log(
    `${stack} goes back to #${target.number}, well since ${target.at.slice(0, 16).replace("T", " ")} UTC: ${tags.join(", ")}`,
  );
  console.log(`\n${name}\n${changedLines(before, after).join("\n")}\n`);
  const others = await beyondTags(stack, target).catch((error: Error) => {
    writeFileSync(file, before);
    throw new Failure(`${error.message}; ${name} is as it was`);
  });
  if (others.length > 0) {
    console.log(
      `charts or settings have changed since #${target.number} (${others.join(", ")}), and stay as they are now; ${checkout(stack, target)}\n`,
    );
  }
  await deploy(stack, { follow: false }).catch((error: Error) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      `${error.message}; ${name} has the images of #${target.number}, \`git diff ${name}\` shows the edit`,
    );
  });
  const follows = stack === "dev" ? "; the next `make up` builds app/ again, so mend that first" : "";
  console.log(`${stack} runs the images of #${target.number}; ${name} says so, and is to be committed${follows}`);
}

/** @throws Failure where a person has to see to the schema, and nobody can be asked or says no */
async function assertSchema(stack: string, target: HistoryEntry, entries: HistoryEntry[]): Promise<void> {
  const problem = schemaProblem(target, entries, await schemaRevision(settingsOf(stack)));
  if (!problem) return;
  const again = `\`make rollback ENV=${stack} TO=${target.number} SCHEMA=${CHECKED}\``;
  if (problem.kind === "unknown" && process.stdin.isTTY) {
    return askForName(stack, `${stack}: ${problem.text}.`);
  }
  const how =
    problem.kind === "ahead"
      ? `take it back with the image that is deployed now (\`alembic downgrade ${target.details.schema}\`), or restore a backup of then; where the older images are known to run on it, as after migrations that only add, ${again} goes on`
      : `where they are known to, ${again} goes on`;
  throw new Failure(`stack ${stack}: ${problem.text}; nothing was changed; ${how}`);
}

/** Releases that the stack file as it is now does not make what they were in an entry. */
async function beyondTags(stack: string, target: HistoryEntry): Promise<string[]> {
  await ensureTools({ also: ["helm"] });
  const { charts } = await renderEnvironment(settingsOf(stack), root).catch(expected);
  const now = Object.fromEntries(charts.map(({ release, objects }) => [release, digest(objects)]));
  const names = [...new Set([...Object.keys(now), ...Object.keys(target.releases)])];
  return names.filter((name) => now[name] !== target.releases[name]?.digest);
}
