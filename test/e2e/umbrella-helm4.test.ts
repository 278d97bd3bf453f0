// The umbrella chart installed by Helm 4. Does not prove: what test/e2e/umbrella.test.ts does not, either.
import { installedBy } from "./umbrella/installed-by.ts";

installedBy("helm4");
