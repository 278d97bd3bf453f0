import { containerRules } from "./containers.ts";
import { rolloutRules } from "./rollout.ts";
import type { Rule } from "./rule.ts";
import { secretRules } from "./secrets.ts";
import { securityRules } from "./security.ts";

/** The rules that the engine brings: good practice on any cluster. A program holds its charts to these, some of them, or its own. */
export const standardRules: Rule[] = [...containerRules, ...secretRules, ...securityRules, ...rolloutRules];
