import type { z } from "zod";
import { backend } from "./backend.ts";
import { frontend } from "./frontend.ts";
import { type FurtherServiceSettings, furtherService } from "./further-service.ts";
import type { Service } from "./service.ts";
import { mapOf } from "./yaml.ts";

/** The services of the application, by their key below `todo:`, in the order of their installation. */
export const services = { backend, frontend } satisfies Record<string, Service>;

export type ServiceName = keyof typeof services;
export const serviceNames = Object.keys(services) as ServiceName[];

/** What stands in the place of a section where a stack has no such service. */
export const NONE = "none";

/** The schemas of their sections; a stack that says NONE has no settings of one. */
export const serviceSections = Object.fromEntries(serviceNames.map((name) => [name, services[name].section])) as {
  [Name in ServiceName]: (typeof services)[Name]["section"];
};

/** A service's section of the settings. */
export type ServiceSettings<Name extends ServiceName> = z.output<(typeof services)[Name]["section"]>;
export type BackendSettings = ServiceSettings<"backend">;
export type FrontendSettings = ServiceSettings<"frontend">;
/** What the sections of all services have. */
export type AnyServiceSettings = BackendSettings | FrontendSettings | FurtherServiceSettings;

export type { FurtherServiceSettings };

/** A service that a stack has: what is known of it, and what the stack file says. */
export interface StackService {
  /** Its key below `todo:`, such as backend or services.redis. */
  key: string;
  /** The first half of its release's name, such as todo-backend or redis. */
  name: string;
  service: Service;
  settings: AnyServiceSettings;
}

/** Key of the map of services beside those of the application. */
export const FURTHER_SERVICES = "services";

/** Sections of settings, as far as they are there. */
export interface ServiceSections {
  backend?: BackendSettings;
  frontend?: FrontendSettings;
  services?: Record<string, FurtherServiceSettings>;
}

/** The first half of the name of a service's release, by the service's key. */
export const releaseNameOf = (key: string): string =>
  key.startsWith(`${FURTHER_SERVICES}.`) ? key.slice(FURTHER_SERVICES.length + 1) : services[key as ServiceName].chart;

/** By what `connectsTo` names a service: backend, redis. */
export const callName = ({ key, name }: StackService): string => (key.includes(".") ? name : key);

/** The name of a service's Service: those of a stack's own services are called as they are, in each environment the same. */
export function serviceNameOf({ key, name, settings }: StackService, environment: string): string {
  return settings.serviceName ?? (key.includes(".") ? name : `${name}-${environment}`);
}

/** The sections of all services in the `config:` of a stack file, as they stand there, by the services' keys. */
export function sectionsIn(config: Record<string, unknown>): { key: string; section: unknown }[] {
  const further = Object.entries(mapOf(config[`todo:${FURTHER_SERVICES}`]));
  return [
    ...serviceNames.map((key) => ({ key, section: config[`todo:${key}`] })),
    ...further.map(([name, section]) => ({ key: `${FURTHER_SERVICES}.${name}`, section })),
  ];
}

/** All services of a stack. */
export function servicesOf(sections: ServiceSections): StackService[] {
  const own = serviceNames.flatMap((key): StackService[] => {
    const settings = sections[key];
    return settings ? [{ key, name: releaseNameOf(key), service: services[key], settings }] : [];
  });
  const further = Object.entries(sections.services ?? {}).map(
    ([name, settings]): StackService => ({
      key: `${FURTHER_SERVICES}.${name}`,
      name,
      service: { chart: "service", variables: {}, secretKeys: [], section: furtherService },
      settings,
    }),
  );
  return [...own, ...further];
}
