import type { Context } from '../../context.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import type { BuildDefinition, BuildSecrets } from '../definition/definition.ts';
import type { BuildLog } from '../log/build-log.ts';
import type { BuildShape } from './build-sandbox.ts';
import type { CacheCounts } from './cache-counts.ts';

/** What the parts of one running build share. */
export interface BuildEnv {
  context: Context;
  buildId: string;
  tenantId: string;
  definition: BuildDefinition;
  secrets: BuildSecrets;
  blobs: BlobStore;
  log: BuildLog;
  counts: CacheCounts;
  shape: BuildShape;
  /** Takes the values of secrets out of text. */
  redact: (text: string) => string;
  /** When it is given up, in milliseconds since 1970. */
  deadline: number;
  /** Aborted by a cancel, by the deadline and when the server stops. */
  signal: AbortSignal;
}

/** How long its sandboxes may live. */
export function lifetimeMs({ deadline }: BuildEnv): number {
  return Math.max(1000, deadline - Date.now());
}
