import type { Settings } from '@nullspace/configuration';
import type { host } from '@nullspace/proto';
import { HostError } from '../errors.ts';
import { digestPattern } from '../images/catalog.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import type { Policy } from '../network/policy.ts';
import { chooseProcessLimit } from './process-limit.ts';

const largestEnvBytes = 1024 * 1024;
const smallestMemoryMb = 64;
const smallestDiskMb = 64;
const highestProcessLimit = 1_000_000;

/**
 * What an instance is to be, with defaults filled in; its hostname and network policy are the caller's.
 *
 * @throws {HostError} `invalid_request`, naming field and bound.
 */
export function checkSpec(
  spec: host.Spec,
  { settings, imageEnv }: { settings: Settings; imageEnv: Record<string, string> },
): Omit<InstanceSpec, keyof Policy | 'hostname'> {
  if (!digestPattern.test(spec.image)) refuse('spec.image', 'must be "sha256-" and 64 hexadecimal digits');
  bound('spec.vcpus', spec.vcpus, { least: 1, most: settings.max_vcpus });
  bound('spec.memory_mb', spec.memoryMb, { least: smallestMemoryMb, most: settings.max_memory_mb });
  const diskMb = spec.diskMb || settings.default_disk_mb;
  bound('spec.disk_mb', diskMb, { least: smallestDiskMb, most: settings.max_disk_mb });
  bound('spec.process_limit', spec.processLimit, { least: 0, most: highestProcessLimit });
  checkEnv('spec.env', spec.env);
  checkEnv('image_env', imageEnv);
  checkCwd(spec.cwd);
  return {
    image: spec.image,
    vcpus: spec.vcpus,
    memory_mb: spec.memoryMb,
    disk_mb: diskMb,
    env: { ...spec.env },
    image_env: { ...imageEnv },
    cwd: spec.cwd,
    process_limit: chooseProcessLimit({ asked: spec.processLimit, memoryMb: spec.memoryMb }),
  };
}

function checkEnv(field: string, env: Record<string, string>): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || name.includes('=') || name.includes('\0')) {
      refuse(field, `has the name ${JSON.stringify(name)}; names hold no "=" and no NUL and are not empty`);
    }
    if (value.includes('\0')) refuse(field, `has a NUL in the value of ${name}`);
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 2;
  }
  if (bytes > largestEnvBytes) refuse(field, `is ${bytes} bytes; the most is ${largestEnvBytes}`);
}

function checkCwd(cwd: string): void {
  if (cwd === '') return;
  if (!cwd.startsWith('/') || cwd.includes('\0') || Buffer.byteLength(cwd) > 4096) {
    refuse('spec.cwd', 'must be an absolute path of at most 4096 bytes without NUL');
  }
}

/** @throws {HostError} `invalid_request` */
export function bound(field: string, value: number, range: { least: number; most: number }): void {
  if (value >= range.least && value <= range.most) return;
  refuse(field, `is ${value}; it must be between ${range.least} and ${range.most}`);
}

/** @throws {HostError} `invalid_request` */
export function refuse(field: string, message: string): never {
  throw new HostError('invalid_request', `${field} ${message}`, { field });
}
