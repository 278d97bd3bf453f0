// What the preview names is what changes in the cluster: for edits that change nothing, one of each file, and for the first
// edits that add, change or remove an object, of a release or a hook. Planted secrets are in no output.
// Does not prove: the corpus' other edits (test/e2e/prediction-all.test.ts, and without a cluster test/corpus/edits.test.ts),
// nor objects that somebody changes by hand at the same time.
import { type Edit, edits } from "../corpus/edits.ts";
import { isShown, plantedSecrets, predictionFor } from "./prediction/corpus.ts";

/** Edits that show something that none before them does. */
function first(all: Edit[], showing: (edit: Edit) => string[]): Edit[] {
  const seen = new Set<string>();
  return all.filter((edit) => {
    const fresh = showing(edit).filter((each) => !seen.has(each));
    for (const each of fresh) seen.add(each);
    return fresh.length > 0;
  });
}

const silent = first(
  edits.filter((edit) => !isShown(edit)),
  ({ file }) => [file],
);
const shown = first(
  edits.filter((edit) => isShown(edit) && !edit.notApplied),
  // `~`, `hook +`
  ({ objects, hooks = [] }) =>
    [...objects, ...hooks.map((hook) => `hook ${hook}`)].map((each) => each.replace(/[~+-].*/, (sign) => sign[0])),
);

predictionFor("the preview's prediction", [...silent, ...shown], plantedSecrets);
