import { CliError } from '../errors/cli-error.ts';
import { createHostClient } from './host-client.ts';
import type { Installation } from './installation.ts';
import { requireRoot } from './require-root.ts';

const patienceMs = 60_000;

export interface DiskUse {
  free_bytes: number;
  total_bytes: number;
  /** The largest first. */
  uses: { kind: string; id: string; bytes: number }[];
}

/** What uses the disk of the host of an installation, which has to run. */
export async function describeDisk({ paths }: Installation): Promise<DiskUse> {
  requireRoot('host df');
  const { freeBytes, totalBytes, uses } = await askHost(paths.hostSocket);
  return {
    free_bytes: Number(freeBytes),
    total_bytes: Number(totalBytes),
    uses: uses.map(({ kind, id, bytes }) => ({ kind, id, bytes: Number(bytes) })),
  };
}

async function askHost(hostSocket: string) {
  try {
    return await createHostClient(hostSocket).describeDisk({}, { timeoutMs: patienceMs });
  } catch (cause) {
    throw new CliError(`The host does not answer on ${hostSocket}: ${(cause as Error).message}`, {
      suggestedAction: 'See "nullspace status", and start it by "nullspace up".',
      cause,
    });
  }
}
