// The Pulumi programs of this repository.
import { join } from "node:path";
import { root } from "../../tools/places.ts";

export interface Program {
  /** Where its Pulumi.yaml is. */
  folder: string;
  /** `name:` there, by which a backend keeps its stacks. */
  project: string;
}

export const todo: Program = { folder: root, project: "todo" };
export const platform: Program = { folder: join(root, "platform"), project: "todo-platform" };
