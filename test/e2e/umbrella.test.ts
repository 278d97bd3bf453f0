// The umbrella chart as somebody installs it who has Helm 3 and nothing else of this project. Expects the images that
// `make up` loads.
// Does not prove: an Ingress, the official postgres image where the cluster's own stands in for it; nor, where the cluster
// enforces no policy, that the policies keep anybody out: that test is skipped there and says so.
import { installedBy } from "./umbrella/installed-by.ts";

installedBy("helm");
