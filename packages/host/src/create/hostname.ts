import { HostError } from '../errors.ts';

const pattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The hostname that was asked for, or else one made from the sandbox's id.
 *
 * @throws {HostError} `invalid_request`
 */
export function readHostname(asked: string, sandboxId: string): string {
  const hostname = asked || defaultHostname(sandboxId);
  if (pattern.test(hostname)) return hostname;
  const field = 'spec.hostname';
  throw new HostError('invalid_request', `${field} must match ${pattern.source}`, { field });
}

function defaultHostname(sandboxId: string): string {
  const name = sandboxId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63);
  return name.replace(/^-+|-+$/g, '') || 'sandbox';
}
