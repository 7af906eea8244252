import type { CreateSandboxRequest } from '@nullspace/contract';
import type { CreateOptions } from './create-options.ts';
import { writeNetwork } from './network.ts';

/** Body of `POST /v1/sandboxes`. */
export function createBody(options: CreateOptions): CreateSandboxRequest {
  const template = options.template ?? 'base';
  return {
    template,
    vcpus: options.vcpus ?? 2,
    memory_mb: options.memoryMb ?? (template === 'code-interpreter' ? 2048 : 512),
    timeout_ms: milliseconds(options.timeout ?? 300),
    envs: options.envs ?? {},
    metadata: options.metadata ?? {},
    network: options.network ? writeNetwork(options.network) : null,
    internet_access: options.internetAccess ?? true,
    cwd: options.cwd ?? null,
    ...(options.diskMb === undefined ? {} : { disk_mb: options.diskMb }),
    ...(options.timeoutAction === undefined ? {} : { timeout_action: options.timeoutAction }),
  };
}

/** Seconds as whole milliseconds. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
