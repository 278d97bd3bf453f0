// What a scanner says of an environment's objects.

export interface ScanFinding {
  scanner: string;
  /** The check's id, as the scanner names it. */
  check: string;
  environment: string;
  /** Kind and name, as in the cluster. */
  object: string;
  /** What is wrong, and where in the object. */
  text: string;
  /** What the scanner says to do, or where it says so. */
  fix: string;
}

export interface ScanResult {
  scanner: string;
  /** Checks that were made, those that do not hold included. */
  checks: number;
  findings: ScanFinding[];
}
