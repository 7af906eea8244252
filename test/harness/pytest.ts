import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { repository } from './artifacts.ts';
import { startInstallation } from './installation.ts';

const run = promisify(execFile);

/** Runs tests of a Python client against a real installation, and fails with what pytest says. */
export async function runPytest(
  context: TestContext,
  { venv, paths }: { venv: 'published' | 'sdk'; paths: string[] },
): Promise<void> {
  // Webhooks are received on the machine of the tests.
  const settings = { webhook_allow_ranges: '127.0.0.0/8' };
  const installation = await startInstallation(context, { settings });
  const bin = execFileSync(join(repository, 'python/venv'), [venv], { encoding: 'utf8' }).trim();
  const { stdout } = await run(join(bin, 'bin/pytest'), ['-q', '-x', ...paths], {
    cwd: repository,
    env: { ...process.env, ...installation.clientEnv() },
  }).catch((error: { stdout: string; stderr: string }) => assert.fail(`${error.stdout}\n${error.stderr}`));
  assert.match(stdout, /\d+ passed/);
  context.diagnostic(stdout.trim().split('\n').at(-1)!);
}
