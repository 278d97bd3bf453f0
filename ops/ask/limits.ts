// What a question may take.

export interface Limits {
  /** Requests to the model, one at a time. */
  steps: number;
  /** From the start of the helper to its answer. */
  seconds: number;
  /** Of a request, which has the whole conversation in it. */
  requestBytes: number;
  answerBytes: number;
}

export const LIMITS: Limits = { steps: 15, seconds: 180, requestBytes: 512 * 1024, answerBytes: 256 * 1024 };
