// `make identity [ENV=dev] [AS=deployer|reader] [HOURS=1]`: for whoever owns the cluster. Makes an environment's namespace and
// an identity in it, and writes a kubeconfig that is nobody else for some hours.
import { runProgram } from "../tools/program.ts";
import { askedFor, makeIdentity } from "./identity/make.ts";

await runProgram(async () => {
  const [, , env, ...wishes] = process.argv;
  await makeIdentity(env, askedFor(wishes));
});
