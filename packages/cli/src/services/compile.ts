import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServiceDefinition } from './definition.ts';
import { serviceEnvironment } from './environment.ts';
import { commandLine } from './launch.ts';

/**
 * Has the code of a service translated into its compile cache, once for each state of the code, by a process that ends
 * then: the service itself would keep the memory of the translator for good.
 *
 * @returns The environment of the service.
 */
export function compileService(
  definition: ServiceDefinition,
  options: { viewDir: string },
): Record<string, string> {
  const { name, program, account, fingerprint, cacheDir, cacheVariable = 'NODE_COMPILE_CACHE' } = definition;
  const env = serviceEnvironment({ service: name, cacheDir, account, cacheVariable });
  // Beside the folder: what is in it belongs to the service.
  const mark = `${env[cacheVariable]}.fingerprint`;
  if (readOrNothing(mark) === fingerprint) return env;
  const { command, args } = commandLine({ ...program, args: ['compile'] }, { account, ...options });
  const { status } = spawnSync(command, args, { cwd: '/', env, stdio: 'ignore', timeout: 60_000 });
  // When it fails the service does the same work, and says what is wrong.
  if (status === 0) writeFileSync(mark, fingerprint);
  return env;
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
