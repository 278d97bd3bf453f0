import * as kubernetes from "@pulumi/kubernetes";
import type { Input, Resource } from "@pulumi/pulumi";
import {
  assertOwnNamespace,
  clusterUid,
  mayWriteNamespace,
  prepareCharts,
  rememberHealthy,
  removeUnused,
  sayUnseen,
} from "local-charts";
import { warnWithoutCertificate } from "./components/certificate.ts";
import { preparationOf } from "./components/checks.ts";
import { contentsOf, Environment } from "./components/environment.ts";
import { FurtherService } from "./components/further-service.ts";
import { historyOf } from "./components/history.ts";
import { madeBy, OWN } from "./components/namespace.ts";
import { warnUnenforced } from "./components/network-policies.ts";
import { nextSteps } from "./components/next-steps.ts";
import { chartsOf, furtherKey, partsOf } from "./components/parts.ts";
import { readExceptions } from "./components/policy.ts";
import { warnUnprotected } from "./components/protection.ts";
import { TodoBackend } from "./components/todo-backend.ts";
import { TodoFrontend } from "./components/todo-frontend.ts";
import { TodoPostgres } from "./components/todo-postgres.ts";
import { loadSettings } from "./settings.ts";

// @ts-expect-error: no file but this one may hold what Node cannot strip (TS1294), and Pulumi awaits no other export.
export = async (folder = import.meta.dirname) => {
  const settings = loadSettings(folder);
  const parts = partsOf(settings);
  const { context } = settings.cluster;
  warnUnprotected(settings);
  warnWithoutCertificate(settings);

  const cluster = {
    context,
    // Without it, a new address or CA of the same cluster would replace everything.
    clusterIdentifier: context,
    // Otherwise the path in $KUBECONFIG becomes part of the state. The variable itself still counts.
    kubeconfig: "",
    // What somebody has edited, or deleted and this program has made again, is Pulumi's all the same.
    enablePatchForce: true,
    // So is what an update has made that was killed before it could write that down.
    upsertExistingObjects: true,
  };
  // The name of a context may change; whether it is the same cluster is asked of it (clusterUid).
  const same = { ignoreChanges: ["clusterIdentifier"] };
  const provider = new kubernetes.Provider("cluster", cluster, same);

  // All charts with their final values, in preview too: what does not render, does not fit together, breaks a rule or finds
  // no room ends here.
  const preparation = preparationOf(settings, parts, readExceptions(folder));
  const { namespace } = parts.environment;
  const [charts, uid, writesNamespace, annotations] = await Promise.all([
    prepareCharts(chartsOf(parts), { ...preparation, provider, context }),
    clusterUid(context),
    mayWriteNamespace(context, namespace, madeBy(settings)),
    assertOwnNamespace(context, namespace, OWN),
  ]);
  warnUnenforced(settings, annotations);
  sayUnseen(context, namespace, writesNamespace);

  // For what is made for one content.
  const contents = new kubernetes.Provider("contents", cluster, same);

  // All of a protected stack: what is not, `pulumi destroy --skip-preview` would take away before it is refused the rest.
  const options = { provider, protect: settings.protected };
  const after = (...dependsOn: Input<Resource>[]) => ({ ...options, dependsOn });
  const place = { contents, context, cluster: uid, writesNamespace };
  const { ready: environment } = new Environment("environment", { ...parts.environment, ...place }, options);

  const database = charts.postgres && new TodoPostgres("todo-postgres", charts.postgres, after(environment));

  const further = (later: boolean, ...needed: Input<Resource>[]) =>
    Object.values(parts.services)
      .filter((service) => service.later === later)
      .map(({ name }) => new FurtherService(name, charts[furtherKey(name)], after(...needed)));
  const before = further(false, environment);
  const started = before.map(({ ready }) => ready);

  const ground = database?.ready ?? environment;
  const backend = charts.backend && new TodoBackend("todo-backend", charts.backend, after(ground, ...started));

  const under = backend?.ready ?? ground;
  const frontend = charts.frontend && new TodoFrontend("todo-frontend", charts.frontend, after(under, ...started));

  const behind = further(true, under, ...started);
  const services = [backend, frontend, ...before, ...behind].filter((chart) => chart !== undefined);
  const installed = [...services, ...(database ? [database] : [])];
  const contentsNow = contentsOf(
    parts.environment,
    services.map(({ release }) => release),
  );
  removeUnused(
    { context, ...contentsNow },
    installed.map(({ ready }) => ready),
  );
  rememberHealthy(historyOf(settings), installed);

  return {
    /** What to open in a browser. */
    url: settings.origin,
    namespace,
    /** What to type next. */
    next: nextSteps(settings),
  };
};
