import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { helmTemplate } from "../../components/helm-template";

export const ROOT = resolve(__dirname, "../..");

export interface ProgramArgs {
  stack: string;
  /** Secrets by their key below `todo:`, as `pulumi config set --secret` would put them. */
  secrets?: Record<string, string>;
  /** Secrets by their key below `todo:secrets`. */
  further?: Record<string, string>;
  /** Whether the program runs as in `pulumi preview`. */
  preview: boolean;
  /** Config instead of that of the stack file. */
  config?: Record<string, unknown>;
  /** Gets the type of each resource, also of a program that fails. */
  registers?: (type: string) => void;
  /** The cluster that a preview compares with (fake-cluster.ts). Default: none that answers. */
  kubeconfig?: string;
}

/** A resource as the program registered it; other resources are given by their names. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  dependsOn: string[];
  parent?: string;
  provider?: string;
}

export interface Program {
  resources: Registered[];
  outputs: Record<string, unknown>;
  /** What the provider was asked to render, by release name. */
  rendered: Record<string, Record<string, unknown>>;
  /** What it logged for people, by the name of the resource; what belongs to none by "". */
  told: Record<string, string>;
}

/** The mock's value of a generated password: recognisable, so that a test can search for it. */
export const generatedValue = (name: string) => `generated-value-of-${name}`;

/** Runs index.ts under Pulumi's mocks, with the config of a stack file. */
export function runProgram(args: ProgramArgs): Promise<Program> {
  return runMocked(args, () => freshImport("index.ts")());
}

/**
 * Runs a program, or a component of yours, under Pulumi's mocks, with the config of a stack file. What it asks the
 * provider to render (renderCharts with providerTemplate) is really rendered, by the `helm` on PATH.
 * What the provider and a cluster make of the resources is not shown by this.
 */
export async function runMocked(
  { stack, secrets = {}, further = {}, preview, kubeconfig, ...rest }: ProgramArgs,
  program: () => Promise<Record<string, unknown> | undefined>,
): Promise<Program> {
  // Neither this machine's cluster nor what it remembers of one has a say in a unit test.
  process.env.KUBECONFIG = kubeconfig ?? "/dev/null";
  process.env.XDG_STATE_HOME = "/dev/null";
  const told: Program["told"] = {};
  const tell: typeof pulumi.log.info = async (text, resource) => {
    told[(resource as unknown as { __name: string })?.__name ?? ""] = text;
  };
  Object.assign(pulumi.log, { info: tell, warn: tell });
  const inputs = new Map<string, { inputs: Record<string, unknown>; provider?: string }>();
  const seen: pulumi.ResourceTransformationArgs[] = [];
  const rendered: Program["rendered"] = {};

  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        inputs.set(`${args.type} ${args.name}`, args);
        const result = args.type.startsWith("random:") && { result: pulumi.secret(generatedValue(args.name)) };
        return { id: `${args.name}-id`, state: { ...args.inputs, ...result } };
      },
      call: async (args) => {
        if (args.token !== "kubernetes:helm:template") throw new Error(`no mock answers ${args.token}`);
        const options = JSON.parse(args.inputs.jsonOpts);
        rendered[options.release_name] = options;
        return { result: await helmTemplate(options) };
      },
    },
    "todo",
    stack,
    preview,
  );
  const given = { ...secrets, ...(Object.keys(further).length > 0 && { secrets: further }) };
  const encrypted = Object.entries(given).map(([key, value]) => [`todo:${key}`, value] as const);
  const config = { ...(rest.config ?? stackConfig(stack)), ...Object.fromEntries(encrypted) };
  // Pulumi hands maps to a program as JSON.
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(texts),
    encrypted.map(([key]) => key),
  );

  const outputs = await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((args) => {
      seen.push(args);
      rest.registers?.(args.type);
      return undefined;
    });
    return program();
  });
  await pulumi.runtime.disconnect();

  const resources = seen.map(({ type, name, opts }) => {
    const registered = inputs.get(`${type} ${name}`);
    return {
      type,
      name,
      inputs: registered?.inputs ?? {},
      dependsOn: namesOf(opts.dependsOn),
      parent: namesOf(opts.parent)[0],
      // A reference: urn::id, whose urn ends in the provider's name.
      provider: registered?.provider?.split("::").at(-2),
    };
  });
  return { resources, outputs: outputs ?? {}, rendered, told };
}

/** The config of a stack file by full key, as parseSettings takes it. */
export function stackConfig(stack: string): Record<string, unknown> {
  return parse(readFileSync(resolve(ROOT, `Pulumi.${stack}.yaml`), "utf8")).config;
}

/** Imports a file of the program as if for the first time: a program runs while it is being imported. */
function freshImport(file: string): () => Promise<Record<string, unknown>> {
  for (const loaded of Object.keys(require.cache)) {
    if (loaded.startsWith(ROOT) && !/node_modules|\/test\//.test(loaded)) delete require.cache[loaded];
  }
  return require(resolve(ROOT, file));
}

function namesOf(resources: unknown): string[] {
  const list = Array.isArray(resources) ? resources : resources === undefined ? [] : [resources];
  return list.map((resource) => {
    const { __name } = resource as { __name?: string };
    if (!__name) throw new Error("a resource behind an Output has no name yet; pass the resource itself");
    return __name;
  });
}
