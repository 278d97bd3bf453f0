// Pods as the API server lists them, as far as they are read while an update waits for them.

export interface PodList {
  items: RunningPod[];
}

export interface RunningPod {
  metadata: { name: string; deletionTimestamp?: string };
  spec: { initContainers?: PodContainer[]; containers: PodContainer[] };
  status?: { initContainerStatuses?: ContainerStatus[]; containerStatuses?: ContainerStatus[] };
}

export interface PodContainer {
  name: string;
  image: string;
  imagePullPolicy?: string;
  ports?: { name?: string; containerPort: number }[];
  readinessProbe?: { httpGet?: { path?: string; port: number | string; scheme?: string } };
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  /** Whether its startup probe has passed. */
  started?: boolean;
  state?: { running?: object; waiting?: { reason?: string; message?: string } };
}

/** Letters of somebody else's words that are shown. */
export const LETTERS = 300;

/** A text of somebody else's in one line, and not all of it. */
export function inOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LETTERS ? `${line.slice(0, LETTERS)}…` : line;
}
