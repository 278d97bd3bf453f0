// The program, and components, under Pulumi's mocks, with settings that no edit of a stack file changes.
// Not shown by this: what the provider and a cluster make of the resources.
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { helmTemplate } from "local-charts";
import type { KubernetesObject } from "local-charts/objects";
import { configOf } from "../../settings/stack-files.ts";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Stack files that stay as they are: the repository's own are edited by whoever deploys. */
export const FIXTURES = resolve(import.meta.dirname, "../fixtures");

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
  /** XDG_STATE_HOME, below which the machine remembers releases. Default: none that can be written. */
  state?: string;
  /** What the provider renders in the place of what Helm rendered; throws as Helm would. */
  renders?: (objects: KubernetesObject[], release: string) => KubernetesObject[];
  /** Folder of the stack files and the list of exceptions. Default: FIXTURES. */
  folder?: string;
}

/** A resource as the program registered it; other resources are given by their names. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
  dependsOn: string[];
  parent?: string;
  provider?: string;
  /** Whether Pulumi refuses to delete it, by its own options or those of its component. */
  protect: boolean;
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
  return runMocked(args, () => freshImport("index.ts")(args.folder ?? FIXTURES));
}

/**
 * Runs a program, or a component of yours, under Pulumi's mocks, with the config of a stack file. What it asks the
 * provider to render (prepareCharts) is really rendered, by the `helm` on PATH.
 */
export async function runMocked(
  { stack, secrets = {}, further = {}, preview, kubeconfig, state, ...rest }: ProgramArgs,
  program: () => Promise<Record<string, unknown> | undefined>,
): Promise<Program> {
  // Neither this machine's cluster nor what it remembers of one has a say in a unit test.
  process.env.KUBECONFIG = kubeconfig ?? "/dev/null";
  process.env.XDG_STATE_HOME = state ?? "/dev/null";
  const told: Program["told"] = {};
  const tell: typeof pulumi.log.info = async (text, resource) => {
    const name = (resource as unknown as { __name: string })?.__name ?? "";
    told[name] = name in told ? `${told[name]}\n${text}` : text;
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
        // Known in a preview too, as that of a release which does not change.
        const status = args.type.endsWith(":Release") && { status: { status: "deployed" } };
        return { id: `${args.name}-id`, state: { ...args.inputs, ...result, ...status } };
      },
      call: async (args) => {
        if (args.token !== "kubernetes:helm:template") throw new Error(`no mock answers ${args.token}`);
        const options = JSON.parse(args.inputs.jsonOpts);
        // Not the copies that show what a chart does otherwise.
        rendered[options.release_name] ??= options;
        const objects = await helmTemplate(ROOT)(options);
        try {
          return { result: rest.renders?.(objects, options.release_name) ?? objects };
        } catch (error) {
          // The SDK takes the text of a failed call from the error's gRPC details.
          throw Object.assign(new Error(), { details: (error as Error).message });
        }
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

  const found = seen.map(async ({ type, name, opts, resource }) => {
    const registered = inputs.get(`${type} ${name}`);
    return {
      type,
      name,
      inputs: registered?.inputs ?? {},
      dependsOn: await namesOf(opts.dependsOn),
      parent: (await namesOf(opts.parent))[0],
      // A reference: urn::id, whose urn ends in the provider's name.
      provider: registered?.provider?.split("::").at(-2),
      protect: (resource as unknown as { __protect?: boolean }).__protect ?? false,
    };
  });
  return { resources: await Promise.all(found), outputs: outputs ?? {}, rendered, told };
}

/** The config of a stack file of FIXTURES by full key, as parseSettings takes it. */
export const stackConfig = (stack: string): Record<string, unknown> => configOf(FIXTURES, stack);

/** Imports a file of the program as if for the first time: a program runs while it is being imported. */
function freshImport(file: string): (folder: string) => Promise<Record<string, unknown>> {
  for (const loaded of Object.keys(require.cache)) {
    if (loaded.startsWith(ROOT) && !/node_modules|\/test\//.test(loaded)) delete require.cache[loaded];
  }
  return require(resolve(ROOT, file));
}

/** Names of resources, those behind Outputs included. */
async function namesOf(resources: unknown): Promise<string[]> {
  const list = Array.isArray(resources) ? resources : resources === undefined ? [] : [resources];
  const found = list.map((each) =>
    pulumi.Output.isInstance(each) ? (each as unknown as { promise(): Promise<unknown> }).promise() : each,
  );
  // Pulumi makes a list behind an Output of one resource behind an Output.
  return (await Promise.all(found)).flat().map((resource) => (resource as { __name: string }).__name);
}
