import { HostError } from '../errors.ts';

const pattern = /^[A-Za-z0-9_-]{1,100}$/;

/**
 * Ids become names of folders, so nothing else may stand in them.
 *
 * @throws {HostError} `invalid_request`
 */
export function requireSnapshotId(field: string, id: string): void {
  if (pattern.test(id)) return;
  throw new HostError('invalid_request', `${field} must match ${pattern.source}`, { field });
}
