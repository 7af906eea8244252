import type { NetworkPolicy } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';
import { readJsonObject } from './pairs.ts';

const names: Record<string, keyof NetworkPolicy> = {
  allow_public_traffic: 'allowPublicTraffic',
  mask_request_host: 'maskRequestHost',
  deny_out: 'denyOut',
  allow_out: 'allowOut',
};

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
      return [name, value];
    }),
  );
}
