// Run before the suites: removes what earlier runs have left in the cluster.
import { sweep } from "./claims.ts";

sweep();
