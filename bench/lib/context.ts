import type { Installation } from '../../test/harness/installation.ts';

/** What every benchmark gets. */
export interface Context {
  installation: Installation;
  connection: { apiKey: string; baseUrl: string };
  /** Samples to take of each thing, unless a benchmark needs another number. */
  rounds: number;
}
