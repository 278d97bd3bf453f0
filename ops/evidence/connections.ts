// Rules about what leads where, as the wiring of the rendered objects knows it.
import { wiringOf, wiringProblems } from "local-charts";
import { containersOf, podsOf, serves } from "local-charts/objects";
import { wiringFactsOf } from "../../components/checks.ts";
import { dockerfiles } from "./images.ts";
import { chartsOf, type EnvironmentInput, type EvidenceInput, nameOf } from "./input.ts";
import { broken, type Line, verdict } from "./rule.ts";

/** In the wiring's sentences, those about a Service whose target no container has open. */
const ABOUT_PORTS = /, spec\.ports\[\d+\]\.targetPort: /;

function wired({ settings, parts, charts }: EnvironmentInput) {
  const { environment } = settings;
  const facts = wiringFactsOf(settings, parts);
  const problems = wiringProblems(facts, charts).map((text) => `${environment}: ${text}`);
  return { ...wiringOf(facts, charts), environment, problems };
}

/** K-008: each connection that a container opens, and where it leads. */
export function connections({ environments }: EvidenceInput): Line[] {
  return environments.map(wired).flatMap(({ environment, edges, problems }) => [
    ...broken(problems.filter((text) => !ABOUT_PORTS.test(text))),
    ...edges.flatMap(({ from, via, service, host, port }) => {
      const outside = host ? `${host}:${port}, outside the cluster` : "an address that only its Secret knows";
      const target = service ? `Service ${service.name}:${port}` : outside;
      return verdict(`${environment}, ${nameOf(from.object)} ${via}`, target);
    }),
  ]);
}

/**
 * C-008: each port of a container that stays is in the README, and has a Service that leads to it; that of its metrics, which
 * its pods' annotation names, has none.
 */
export function documentedPorts({ environments, files }: EvidenceInput): Line[] {
  return environments.map(wired).flatMap(({ environment, model, problems }) => [
    ...broken(problems.filter((text) => ABOUT_PORTS.test(text))),
    ...model.workloads
      .filter(({ longRunning }) => longRunning)
      .flatMap(({ object, release, containers }) => {
        const scraped = podsOf([object]).map(({ metadata }) => metadata.annotations?.["prometheus.io/port"]);
        return containers.flatMap(({ ports = [] }) =>
          ports.flatMap(({ name, containerPort }) => {
            const where = `${environment}, ${nameOf(object)}, port ${name} ${containerPort}`;
            const leadsHere = ({ port, targetPort = port }: { port: number; targetPort?: number | string }) =>
              targetPort === name || targetPort === containerPort;
            const service = model.services.find((each) => each.release === release && each.ports.some(leadsHere));
            const documented = new RegExp(`\\b${containerPort}\\b`).test(files["README.md"] ?? "");
            const isMetrics = scraped.includes(String(containerPort));
            return verdict(
              where,
              `${isMetrics ? "of metrics, behind no Service" : `behind Service ${service?.name}`}, in README.md`,
              !service && !isMetrics && "expected a Service that leads to it, found none",
              service && isMetrics && `expected no Service that leads to metrics, found ${service.name}`,
              !documented && `expected ${containerPort} in README.md, found nothing`,
            );
          }),
        );
      }),
  ]);
}

/** C-008, for images: what one exposes is a port of its container. */
export function exposedPorts(input: EvidenceInput): Line[] {
  return dockerfiles(input).flatMap(({ path, stages }) => {
    const chart = `todo-${path.split("/")[1]}`;
    const workloads = chartsOf(input).flatMap(({ name, objects }) => (name === chart ? objects.filter(serves) : []));
    const ports = podsOf(workloads)
      .flatMap(containersOf)
      .flatMap(({ spec }) => spec.ports ?? []);
    const opened = [...new Set(ports.map(({ containerPort }) => String(containerPort)))];
    const exposed = stages.flat().flatMap((line) => /^EXPOSE\s+(\d+)/.exec(line)?.[1] ?? []);
    return exposed.flatMap((port) =>
      verdict(
        path,
        `EXPOSE ${port}, a port of ${chart}`,
        !opened.includes(port) && `expected EXPOSE ${opened}, the port of ${chart}, found ${port}`,
      ),
    );
  });
}
