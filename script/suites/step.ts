/** One part of the test run: a command, and how its output is counted. */
export interface Step {
  /** Short name for `--only` and the summary, for example "unit: host". */
  name: string;
  command: string[];
  /** Folder it runs in, below the repository. */
  folder?: string;
  env?: Record<string, string>;
  /** Which summary lines count; "check" is one test that passes with exit code 0. */
  counts: 'node' | 'pytest' | 'go' | 'check';
  /** Seconds after which it is ended and counts as failed. */
  patienceSeconds: number;
  /** Set where a long run does more: other programs from the seed, or more tries, points and rounds of the same. */
  longer?: 'seeded' | 'counted';
}
