import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../../test/harness/artifacts.ts';
import type { Installation } from '../../test/harness/installation.ts';

/** A process of the Python SDK that runs commands in a sandbox. */
export interface PythonExec extends Disposable {
  /** Runs one and answers how long that took, in milliseconds. */
  time(): Promise<number>;
}

export function startPythonExec(installation: Installation, sandboxId: string): PythonExec {
  const venv = execFileSync(join(repository, 'python/venv'), ['sdk'], { encoding: 'utf8' }).trim();
  const child = spawn(join(venv, 'bin/python'), [join(import.meta.dirname, 'exec.py'), sandboxId], {
    env: { ...process.env, ...installation.clientEnv(), PYTHONPATH: join(repository, 'python/src') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new AbortController();
  child.once('exit', () => gone.abort(new Error('the Python client ended')));
  const lines = createInterface({ input: child.stdout });
  return {
    async time() {
      child.stdin.write('\n');
      const [line] = await once(lines, 'line', { signal: gone.signal });
      return Number(line);
    },
    [Symbol.dispose]: () => child.stdin.end(),
  };
}
