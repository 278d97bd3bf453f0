// All generators. What follows from sources alone has to be current in each commit; what follows from stack files is written
// by the verbs that deploy them, so that an edit of a stack file is an edit of one file.
import { causesPage } from "./causes.ts";
import { chartSchemas } from "./chart-schemas.ts";
import { chartTemplates } from "./chart-templates.ts";
import { chartValues } from "./chart-values.ts";
import { configuration } from "./configuration.ts";
import { evidencePage } from "./evidence.ts";
import type { GeneratedFiles } from "./files.ts";
import { wiring } from "./wiring.ts";

export interface Generator {
  title: string;
  follows: "sources" | "stack files";
  /** @param stacks those whose files belong to the repository */
  files(folder: string, stacks: string[]): GeneratedFiles | Promise<GeneratedFiles>;
}

export const generators: Generator[] = [
  { title: "the charts' shared templates", follows: "sources", files: chartTemplates },
  { title: "the charts' schemas", follows: "sources", files: chartSchemas },
  { title: "the stack files' schema, docs/configuration.md", follows: "sources", files: configuration },
  { title: "docs/evidence.md, the list of rules", follows: "sources", files: evidencePage },
  { title: "docs/causes.md, from what a cluster said", follows: "sources", files: causesPage },
  { title: "the charts' values for each environment", follows: "stack files", files: chartValues },
  { title: "docs/wiring.md, from charts that fit together", follows: "stack files", files: wiring },
];
