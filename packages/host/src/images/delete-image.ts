import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { isFinal } from '../instance/record.ts';
import { digestPattern } from './catalog.ts';

/**
 * Removes a root image that nothing needs. Unknown ones are fine.
 *
 * @throws {HostError} `image_in_use` naming what needs it, `invalid_request`
 */
export async function deleteImage(host: HostContext, digest: string): Promise<void> {
  const field = 'image';
  if (!digestPattern.test(digest)) {
    throw new HostError('invalid_request', `${field} must be "sha256-" and 64 hexadecimal digits`, { field });
  }
  const names = Object.entries(await host.images.list());
  // From here to the removal nothing else runs, so that no new use comes between.
  const user = names.find(([, image]) => image.digest === digest)?.[0] ?? findUser(host, digest);
  if (user !== undefined) {
    throw new HostError('image_in_use', `image ${digest} is needed by ${user}; remove that first`, { field });
  }
  await host.images.remove(digest);
  host.log.info({ image: digest }, 'image removed');
}

/** What on this host needs an image, in words; undefined when nothing does. */
function findUser(host: HostContext, digest: string): string | undefined {
  const instance = host.registry
    .all()
    .find(({ record }) => record.spec.image === digest && (!isFinal(record) || record.state === 'paused'));
  if (instance?.sandboxId) return `sandbox ${instance.sandboxId}`;
  const pool = host.pools.list().find(({ definition }) => definition.spec.image === digest);
  if (pool) return `pool ${pool.definition.poolId}`;
  if (instance) return `ready instance ${instance.id}`;
  const snapshot = host.snapshots.all().find(({ spec }) => spec.image === digest);
  if (snapshot) return `snapshot ${snapshot.snapshot_id}`;
  return host.images.isHeld(digest) ? 'an operation under way' : undefined;
}
