import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { repository } from '../harness/artifacts.ts';
import { startInstallation } from '../harness/installation.ts';

const run = promisify(execFile);

describe('Python clients against a real installation', () => {
  // Webhooks are received on the machine of the tests.
  const settings = { webhook_allow_ranges: '127.0.0.0/8' };
  const suites = [
    { name: 'the published client', venv: 'published', folder: 'test/published' },
    { name: 'our own', venv: 'sdk', folder: 'python/tests/live' },
  ];
  for (const { name, venv, folder } of suites)
    test(`${name} passes its tests`, async (context) => {
      const installation = await startInstallation(context, { settings });
      const bin = execFileSync(join(repository, 'python/venv'), [venv], {
        encoding: 'utf8',
      }).trim();
      const env = { ...process.env, ...installation.clientEnv() };
      const { stdout } = await run(join(bin, 'bin/pytest'), ['-q', '-x', folder], {
        cwd: repository,
        env,
      }).catch((error: { stdout: string; stderr: string }) =>
        assert.fail(`${error.stdout}\n${error.stderr}`),
      );
      assert.match(stdout, /\d+ passed/);
      console.log(stdout.trim().split('\n').at(-1));
    });
});
