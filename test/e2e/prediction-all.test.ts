// What the preview names is what changes in the cluster, for each edit of the corpus that can be applied.
// Does not prove: edits that are not in the corpus, nor objects that somebody changes by hand at the same time.
import { edits } from "../corpus/edits.ts";
import { predictionFor } from "./prediction/corpus.ts";

predictionFor("the preview's prediction of every edit", edits);
