import type { HostContext } from '../context.ts';
import { chooseProcessLimit } from '../create/process-limit.ts';
import { readLimits } from '../network/limits.ts';
import type { PoolDefinition } from './definition.ts';
import { endReady } from './end-ready.ts';
import { Pool } from './pool.ts';

/** Name of the host's own pool in journals; no pool of the server has it. */
export const systemPoolId = 'system';
const template = 'base';
/** What a create that says nothing asks for. */
const shape = { vcpus: 2, memory_mb: 512 };

/** Brings the host's own pool in step with the installed image; there is none while its setting is 0. */
export async function renewSystemPool(host: HostContext): Promise<void> {
  const { settings, pools } = host;
  const image = (await host.images.list())[template]?.digest;
  const fits = shape.vcpus <= settings.max_vcpus && shape.memory_mb <= settings.max_memory_mb;
  if (settings.ready_base === 0 || !image || !fits) {
    const left = pools.system?.ready.splice(0) ?? [];
    pools.system = undefined;
    for (const instance of left) endReady(host, instance);
    return;
  }
  if (pools.system?.definition.spec.image === image) return;
  const definition = define(host, image);
  if (pools.system) pools.system.definition = definition;
  else pools.system = new Pool(definition);
}

function define({ settings, timing }: HostContext, image: string): PoolDefinition {
  const { ready_base: count } = settings;
  return {
    poolId: systemPoolId,
    spec: {
      ...shape,
      image,
      disk_mb: settings.default_disk_mb,
      env: {},
      image_env: {},
      cwd: '',
      internet_access: true,
      allow_out: [],
      allow_names: [],
      deny_out: [],
      ...readLimits({ uploadMbps: 0, downloadMbps: 0 }, settings),
      process_limit: chooseProcessLimit({ asked: 0, memoryMb: shape.memory_mb }),
      hostname: '',
    },
    snapshotId: '',
    minReady: count,
    maxReady: count,
    maxAgeMs: timing.readyAgeMs,
    idleTimeoutMs: 0,
    mode: 'enabled',
  };
}
