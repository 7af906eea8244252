import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch } from 'node:os';
import { before, describe, test } from 'node:test';
import { Sandbox, SandboxError } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';
import { type Answer, replaceAgent } from './hostile/replace-agent.ts';

/** What a server may need while it is lied to: the largest answer that it accepts, several times over. */
const mostMemoryKb = 600 * 1024;
const refusals = new Set(['exec_failed', 'guest_unavailable', 'sandbox_not_ready']);

const calls: Record<string, (sandbox: Sandbox) => Promise<unknown>> = {
  run: (sandbox) => sandbox.commands.run('echo', { args: ['on'], timeoutSecs: 5 }),
  'run live': (sandbox) => sandbox.commands.run('echo', { timeoutSecs: 5, onStdout: () => {} }),
  start: (sandbox) => sandbox.commands.run('echo', { background: true }),
  processes: (sandbox) => sandbox.commands.list(),
  metrics: (sandbox) => sandbox.getMetrics(),
  'read a file': (sandbox) => sandbox.files.read('/etc/hostname'),
  'write a file': (sandbox) => sandbox.files.write('/tmp/x', 'x'),
  'list files': (sandbox) => sandbox.files.list('/'),
};

describe('a guest that has replaced its agent', {
  skip: arch() !== 'x64' && 'replaces code of x86-64',
}, () => {
  let installation: Installation;
  let neighbour: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    neighbour = await Sandbox.create(installation.connection);
    context.after(() => neighbour.kill());
  });

  // These say that they are well, and lie to everything else.
  const lies: Answer[] = ['noise', 'message', 'half', 'headers', 'flood', 'messages'];
  for (const lie of lies)
    test(`and answers with ${lie} has its calls refused, each with a reason`, async () => {
      const sandbox = await Sandbox.create({ ...installation.connection, memoryMb: 256 });
      await replaceAgent(sandbox, { Health: 'empty', Configure: 'empty', '*': lie });
      for (const [name, call] of Object.entries(calls)) {
        const [outcome] = await Promise.allSettled([call(sandbox), expectNeighbourAnswers()]);
        assert.equal(outcome.status, 'rejected', `${name}: ${JSON.stringify(outcome)}`);
        const { reason } = outcome as PromiseRejectedResult;
        assert.ok(reason instanceof SandboxError && refusals.has(reason.code), `${name}: ${reason}`);
      }
      await sandbox.kill();
      expectModestServer();
    });

  test('leads nobody to another address', async (t) => {
    let visits = 0;
    const elsewhere = createServer((_request, response) => {
      visits += 1;
      response.end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    t.after(() => void elsewhere.close());
    const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    const sandbox = await Sandbox.create({ ...installation.connection, memoryMb: 256 });
    await replaceAgent(sandbox, { '*': 'redirect' }, location);
    for (const call of Object.values(calls)) await assert.rejects(call(sandbox), SandboxError);
    await sandbox.kill();
    assert.equal(visits, 0);
  });

  test('and that answers many calls with floods harms neither the server nor the neighbour', async () => {
    const sandbox = await Sandbox.create({ ...installation.connection, memoryMb: 256 });
    await replaceAgent(sandbox, { Health: 'empty', '*': 'flood' });
    const attempts = Array.from({ length: 30 }, () => calls.run!(sandbox).catch((error: unknown) => error));
    await expectNeighbourAnswers();
    for (const error of await Promise.all(attempts))
      assert.ok(error instanceof SandboxError, JSON.stringify(error));
    await sandbox.kill();
    expectModestServer();
  });

  test('or stopped it ends, with what happened as its reason', async () => {
    const endings: Record<string, (sandbox: Sandbox) => Promise<void>> = {
      noise: (sandbox) => replaceAgent(sandbox, { '*': 'noise' }),
      message: (sandbox) => replaceAgent(sandbox, { '*': 'message' }),
      headers: (sandbox) => replaceAgent(sandbox, { '*': 'headers' }),
      flood: (sandbox) => replaceAgent(sandbox, { '*': 'flood' }),
      silence: (sandbox) => replaceAgent(sandbox, { '*': 'silence' }),
      stopped: async (sandbox) => {
        await sandbox.commands
          .run('kill -STOP 1', { shell: true, timeoutSecs: 2 })
          .catch((error: unknown) => assert.ok(error instanceof SandboxError));
      },
    };
    const sandboxes = await Promise.all(
      Object.entries(endings).map(async ([name, end]) => {
        const sandbox = await Sandbox.create({ ...installation.connection, memoryMb: 256 });
        await end(sandbox);
        return { name, sandbox };
      }),
    );
    await expectNeighbourAnswers();
    for (const { name, sandbox } of sandboxes) {
      await until(async () => !(await sandbox.isRunning()), `the end of ${name}`, 240_000);
      const info = await sandbox.getInfo();
      assert.equal(info.status, 'error', name);
      assert.equal(info.statusReason, 'agent_lost', `${name}: ${info.statusMessage}`);
      assert.match(info.statusMessage ?? '', /^its agent gave no right answer for \d+ s: \S/, name);
      await sandbox.kill();
    }
    await expectNeighbourAnswers();
    expectModestServer();
  });

  async function expectNeighbourAnswers(): Promise<void> {
    const result = await neighbour.commands.run('echo', { args: ['here'], timeoutSecs: 60 });
    assert.equal(result.stdout, 'here\n');
  }

  function expectModestServer(): void {
    for (const service of [installation.server, installation.host]) {
      const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
      const mostKb = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
      assert.ok(mostKb < mostMemoryKb, `process ${service.pid} has used ${mostKb} kB`);
    }
  }
});
