// Deadlines are keys of the stack file: what one has ended says which.
import { serviceNames, services } from "../../settings/services.ts";

/** Behind the line of a Job: the key of the deadline that it failed by, if it did. */
export function deadlineOfJob(job: string, line: string): string {
  const service = serviceOf(job);
  return service && line.includes("DeadlineExceeded")
    ? `; todo:${service}.migration.deadlineSeconds is how long it may take`
    : "";
}

/** Of a pod whose containers were killed because they did not start in time. */
export function deadlineOfStart(pod: string): string {
  const service = serviceOf(pod);
  return `${pod} did not pass its startup probe${service ? `; todo:${service}.startSeconds is how long that may take` : ""}`;
}

/** The key of the service whose release an object belongs to, by its name; a stack's own services have no name that says so. */
const serviceOf = (name: string) => serviceNames.find((service) => name.startsWith(`${services[service].chart}-`));
