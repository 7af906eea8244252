import type { Settings } from '@nullspace/configuration';
import type { host } from '@nullspace/proto';
import { readHostname } from '../create/hostname.ts';
import { type CreateOrder, readLifetime, requireSandboxId } from '../create/validate.ts';
import { HostError } from '../errors.ts';

const mostChildren = 100;

/** A child as it was ordered; the rest is its source's. */
export type ForkChild = Omit<CreateOrder, 'spec' | 'snapshot' | 'asTemplate'> & { hostname: string };

/**
 * Checks a request whole.
 *
 * @throws {HostError} `invalid_request`, naming field and bound.
 */
export function validateFork(request: host.ForkInstanceRequest, settings: Settings): ForkChild[] {
  const { children } = request;
  if (children.length < 1 || children.length > mostChildren) {
    refuse('children', `has ${children.length} entries; it must have between 1 and ${mostChildren}`);
  }
  const ids = new Set(children.map(({ sandboxId }) => sandboxId));
  if (ids.size < children.length || ids.has(request.sandboxId)) {
    refuse('children', 'must name different sandboxes, none of them the source');
  }
  return children.map((child) => {
    requireSandboxId(child.sandboxId);
    return {
      sandboxId: child.sandboxId,
      ...readLifetime(child, settings),
      hostname: readHostname(child.hostname, child.sandboxId),
    };
  });
}

function refuse(field: string, message: string): never {
  throw new HostError('invalid_request', `${field} ${message}`, { field });
}
