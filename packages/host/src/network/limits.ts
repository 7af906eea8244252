import type { Settings } from '@nullspace/configuration';
import type { HostContext } from '../context.ts';
import { bound } from '../create/check-spec.ts';
import { HostError } from '../errors.ts';
import type { InstanceSpec } from '../instance/spec.ts';

/** Highest limit, in Mbit/s. */
const HIGHEST = 100_000;

export type Bandwidth = Pick<InstanceSpec, 'upload_mbps' | 'download_mbps'>;

/**
 * Limits of bandwidth as they are kept. Who asks for none gets the most that the host allows.
 *
 * @throws {HostError} `invalid_request`
 */
export function readLimits(
  asked: { uploadMbps: number; downloadMbps: number },
  settings: Pick<Settings, 'max_upload_mbps' | 'max_download_mbps'>,
  prefix = '',
): Bandwidth {
  const read = (field: string, value: number, most: number) => {
    bound(`${prefix}${field}`, value, { least: 0, most: most || HIGHEST });
    return value || most || null;
  };
  return {
    upload_mbps: read('upload_mbps', asked.uploadMbps, settings.max_upload_mbps),
    download_mbps: read('download_mbps', asked.downloadMbps, settings.max_download_mbps),
  };
}

/** The next limits of a running instance: one that it had and has no longer is to be taken away, also by the next process. */
export function replaceLimits(before: Bandwidth, next: Bandwidth): Bandwidth {
  const replace = (was: number | null, is: number | null) => is ?? (was === null ? null : 0);
  return {
    upload_mbps: replace(before.upload_mbps, next.upload_mbps),
    download_mbps: replace(before.download_mbps, next.download_mbps),
  };
}

/**
 * Refuses limits that this machine could not keep.
 *
 * @throws {HostError} `bandwidth_unsupported`
 */
export async function requireShaping(
  { network }: Pick<HostContext, 'network'>,
  { upload_mbps, download_mbps }: Bandwidth,
): Promise<void> {
  if (!upload_mbps && !download_mbps) return;
  const problem = await network.probeShaping();
  if (problem) throw new HostError('bandwidth_unsupported', `${problem.message} ${problem.fix}`);
}
