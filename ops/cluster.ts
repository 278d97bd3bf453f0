// `make cluster`: one running Minikube, made, found or woken.

import { ensureToolsAndCluster } from "../cluster/start.ts";
import { runProgram } from "../tools/program.ts";

await runProgram(() => ensureToolsAndCluster());
