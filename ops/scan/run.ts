import { steps } from "../../tools/steps.ts";
import { checkov } from "./checkov.ts";
import type { ScannedEnvironment } from "./environments.ts";
import type { ScanResult } from "./finding.ts";
import { kubeScore } from "./kube-score.ts";

/** What both scanners say of these environments. @param program path of checkov */
export async function scan(environments: ScannedEnvironment[], program: string): Promise<ScanResult[]> {
  const scanners = {
    checkov: () => checkov(program, environments),
    "kube-score": () => kubeScore(environments),
  };
  const results: ScanResult[] = [];
  await steps(
    Object.entries(scanners).map(([name, look]) => ({
      title: name,
      run: async (report) => {
        report("looking");
        results.push(await look());
        return name;
      },
    })),
    2,
  );
  return results.toSorted((a, b) => a.scanner.localeCompare(b.scanner));
}
