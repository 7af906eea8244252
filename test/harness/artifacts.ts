import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../..');

/** Builds runsc, the agent and the base image, or takes them from the cache, and says where they lie. */
export function buildArtifacts(): { runsc: string; agent: string; baseImage: string } {
  return { runsc: build('engine/build'), agent: build('guest/build'), baseImage: build('images/base/build') };
}

/** Builds gVisor's own runsc of the same version, with nothing of ours, or takes it from the cache. */
export function buildStockRunsc(): string {
  return build('engine/build', '--stock');
}

function build(script: string, ...args: string[]): string {
  const output = execFileSync(join(repository, script), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.trim().split('\n').at(-1)!;
}
