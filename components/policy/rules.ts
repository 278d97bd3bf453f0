// What every environment's objects have to keep to.
import { containerRules } from "./containers";
import { rolloutRules } from "./rollout";
import type { Rule } from "./rule";
import { secretRules } from "./secrets";
import { securityRules } from "./security";

export const rules: Rule[] = [...containerRules, ...secretRules, ...securityRules, ...rolloutRules];
