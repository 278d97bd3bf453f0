// What a person is told to type next. Does not prove: that it works; test/e2e types some of it.
import { strict as assert } from "node:assert";
import { nextSteps } from "../../components/next-steps.ts";
import { parseSettings } from "../../settings.ts";
import { stackConfig } from "../support/mocks.ts";

describe("nextSteps", () => {
  const kubectl = (environment: string) => `kubectl --context todo-on-minikube -n todo-${environment}`;
  const common = (environment: string) => ({
    status: `${kubectl(environment)} get pods`,
    logs: `${kubectl(environment)} logs deployment/todo-backend-${environment} --follow`,
    history: `helm --kube-context todo-on-minikube -n todo-${environment} history todo-backend-${environment}`,
  });
  const settings = (environment: string, secrets: Record<string, string> = {}) =>
    parseSettings(environment, { ...stackConfig(environment), ...secrets }, Object.keys(secrets));

  it("needs nothing to open a page on a node port", () => {
    assert.deepEqual(nextSteps(settings("dev")), common("dev"));
  });

  it("opens a page behind a ClusterIP at its origin", () => {
    const databaseUrl = "postgresql+asyncpg://todo:password@db.example.org:5432/todo";
    assert.deepEqual(nextSteps(settings("staging", { "todo:databaseUrl": databaseUrl })), {
      open: `${kubectl("staging")} port-forward service/todo-frontend-staging 8301:3000`,
      ...common("staging"),
    });
  });
});
