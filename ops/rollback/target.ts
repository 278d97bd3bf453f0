// What a rollback goes back to, and what that comes to in a stack file: pure.
import type { HistoryEntry } from "local-charts/objects";
import { releaseNameOf } from "../../settings/services.ts";
import { Failure } from "../../tools/program.ts";
import type { History } from "../history/read.ts";
import { hasObjectsOf } from "../history/table.ts";
import type { Image, Images } from "../promote/stack-file.ts";

/**
 * The entry to go back to: the one that is named, or the last that is another than what is deployed now.
 * @param to a number, as a person typed it; empty for none
 * @throws Failure where there is none
 */
export function targetOf({ entries, current }: History, stack: string, to: string): HistoryEntry {
  const see = `\`make history ENV=${stack}\` lists them`;
  if (entries.length === 0) {
    throw new Failure(
      `${stack} has no history: nothing that was well is noted; \`git revert\` what does not work, and \`make up ENV=${stack}\``,
    );
  }
  if (to) {
    const named = entries.find(({ number }) => String(number) === to.replace(/^#/, ""));
    if (named) return named;
    const numbers = entries.map(({ number }) => number).join(", ");
    throw new Failure(
      `TO=${to}: expected a number of the history of ${stack} (${numbers}), found none of that; ${see}`,
    );
  }
  const now = entries.find(({ number }) => number === current);
  const target = now ? entries.find((entry) => entry.number < now.number && !hasObjectsOf(entry, now)) : entries[0];
  if (target) return target;
  throw new Failure(
    `${stack} was never well in another form than it is now (#${now?.number}), so there is nothing to go back to; ${see}`,
  );
}

/**
 * The images of a stack file, with the tags and digests of an entry.
 * @param present those that the file names
 * @throws Failure where the entry's are of another repository: no tag leads there
 */
export function imagesOfEntry(stack: string, entry: HistoryEntry, present: Images): Images {
  return Object.fromEntries(
    Object.entries(present).map(([service, image]): [string, Image] => {
      const { images } = entry.releases[`${releaseNameOf(service)}-${stack}`] ?? {};
      if (!images) return [service, image];
      const { repository } = image;
      const own = images.filter((each) => /^[:@]/.test(each.slice(repository.length)) && each.startsWith(repository));
      if (own.length === 1) return [service, { repository, ...partsOf(own[0].slice(repository.length)) }];
      throw new Failure(
        `Pulumi.${stack}.yaml: todo:${service}.image: expected the repository that #${entry.number} ran, found ${repository}, and ${images.join(", ")} there; ${checkout(stack, entry)}`,
      );
    }),
  );
}

/** `:tag`, `@digest` or both. */
function partsOf(text: string): Pick<Image, "tag" | "digest"> {
  const [, tag, digest] = /^(?::([^@]+))?(?:@(.+))?$/.exec(text) ?? [];
  return { ...(tag && { tag }), ...(digest && { digest }) };
}

/** How to have all of an entry again: charts and settings too. */
export function checkout(stack: string, { number, commit, changed }: HistoryEntry): string {
  if (!commit) return `#${number} was deployed outside of git, so what else it was is not known`;
  const but = changed ? ", with changes that were not committed" : "";
  return `all of #${number} is in commit ${commit.slice(0, 12)}${but}: \`git checkout ${commit.slice(0, 12)}\`, then \`make up ENV=${stack}\``;
}
