import type { Bandwidth, NetworkPolicy } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readJsonObject } from './pairs.ts';

const names: Record<string, keyof NetworkPolicy> = {
  allow_public_traffic: 'allowPublicTraffic',
  mask_request_host: 'maskRequestHost',
  deny_out: 'denyOut',
  allow_out: 'allowOut',
  bandwidth: 'bandwidth',
};

const limits: Record<string, keyof Bandwidth> = { upload_mbps: 'uploadMbps', download_mbps: 'downloadMbps' };

/** A network policy in the API's spelling, as the SDK takes it. The server checks the values. */
export function readNetworkPolicy(text: string | undefined): NetworkPolicy | undefined {
  if (text === undefined) return undefined;
  const entries = Object.entries(readJsonObject(text, '--network-json'));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const name = names[key];
      if (!name) {
        throw new UsageError(`--network-json has no key ${key}; it has ${Object.keys(names).join(', ')}.`);
      }
      return [name, name === 'bandwidth' ? readBandwidth(value) : value];
    }),
  );
}

function readBandwidth(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, limit]) => [limits[key] ?? key, limit]));
}

/** The options of limits, and what they hold. */
export const bandwidthOptions = [
  {
    name: 'upload-mbps',
    description: 'Most that it sends to the outside, in Mbit/s: a whole number, or "none".',
  },
  {
    name: 'download-mbps',
    description: 'Most that it receives from the outside, in Mbit/s: a whole number, or "none".',
  },
] as const;

/** The policy of the options that a create has for it. */
export function readNetwork(
  values: { networkJson?: string | undefined } & Parameters<typeof readLimits>[0],
): NetworkPolicy | undefined {
  const policy = readNetworkPolicy(values.networkJson);
  const bandwidth = readLimits(values);
  return bandwidth ? { ...policy, bandwidth: { ...policy?.bandwidth, ...bandwidth } } : policy;
}

/** Limits as options say; undefined when none does. */
export function readLimits(values: {
  uploadMbps?: string | undefined;
  downloadMbps?: string | undefined;
}): Bandwidth | undefined {
  const { uploadMbps, downloadMbps } = values;
  if (uploadMbps === undefined && downloadMbps === undefined) return undefined;
  return {
    ...(uploadMbps !== undefined && { uploadMbps: readLimit(uploadMbps, '--upload-mbps') }),
    ...(downloadMbps !== undefined && { downloadMbps: readLimit(downloadMbps, '--download-mbps') }),
  };
}

function readLimit(text: string, label: string): number | null {
  if (text === 'none') return null;
  if (/^[1-9]\d{0,5}$/.test(text) && Number(text) <= 100_000) return Number(text);
  throw new UsageError(
    `${label} is a whole number from 1 to 100000, or "none"; it is ${JSON.stringify(text)}.`,
  );
}
