import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './artifacts.ts';

const folder = join(repository, 'test/guest/dev-servers');
const cacheDir = process.env.NULLSPACE_CACHE_DIR ?? '/var/cache/nullspace';

/**
 * An archive of a development server with all that it needs, to be unpacked in a sandbox, which has no internet. What the
 * registries give is pinned by digests and kept in the cache.
 */
export function packDevServer(name: 'vite' | 'django'): Buffer {
  const source = join(folder, name);
  const hash = createHash('sha256');
  for (const file of readdirSync(source).sort()) hash.update(file).update(readFileSync(join(source, file)));
  const archive = join(cacheDir, 'dev-servers', `${name}-${hash.digest('hex').slice(0, 16)}.tar.gz`);
  if (!existsSync(archive)) {
    const work = `${archive}.${process.pid}`;
    mkdirSync(work, { recursive: true });
    try {
      cpSync(source, work, { recursive: true });
      (name === 'vite' ? fetchNodeModules : fetchWheels)(work);
      execFileSync('tar', ['-czf', `${work}.part`, '-C', work, '.']);
      renameSync(`${work}.part`, archive);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return readFileSync(archive);
}

function fetchNodeModules(work: string): void {
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['ci', ...flags], { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] });
}

function fetchWheels(work: string): void {
  const venv = execFileSync(join(repository, 'python/venv'), ['sdk'], { encoding: 'utf8' }).trim();
  const flags = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--target', join(work, 'packages')];
  const order = ['-m', 'pip', '--disable-pip-version-check', '--quiet', 'install', ...flags];
  execFileSync(join(venv, 'bin/python'), [...order, '--requirement', join(work, 'requirements.txt')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
