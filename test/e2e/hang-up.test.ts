import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('a client that hangs up', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  test('in a live stream leaves the command running and readable from the start', async () => {
    const { socket, pid } = await startLive('for i in $(seq 1 1000); do echo line $i; sleep 0.05; done', 30);
    await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));
    socket.close();
    const before = (await (await sandbox.commands.connect(pid)).logs()).stdout.length;
    await until(
      async () => (await (await sandbox.commands.connect(pid)).logs()).stdout.length > before,
      'it goes on',
    );
    const logs = await (await sandbox.commands.connect(pid)).logs();
    assert.match(logs.stdout, /^line 1\nline 2\n/);
    await sandbox.commands.kill(pid);
  });

  test('in a live stream of a command with a timeout leaves it to its timeout', async () => {
    const { socket, pid } = await startLive('echo started; sleep 600', 2);
    socket.close();
    await until(async () => !(await isRunning(pid)), 'its timeout ends it');
  });

  test('in the middle of a foreground call leaves the command to its timeout', async () => {
    const abort = new AbortController();
    const call = sandbox.commands.run('echo $$ > /workspace/pid; sleep 600', {
      shell: true,
      timeoutSecs: 3,
      signal: abort.signal,
    });
    await until(() => sandbox.files.exists('/workspace/pid'), 'the command runs');
    abort.abort();
    await assert.rejects(call);
    const pid = Number(await sandbox.files.read('/workspace/pid'));
    assert.equal(await isAlive(pid), true);
    await until(async () => !(await isAlive(pid)), 'its timeout ends it');
  });

  async function isRunning(pid: number): Promise<boolean> {
    return (await sandbox.commands.list()).some((process) => process.pid === pid && process.running);
  }

  async function isAlive(pid: number): Promise<boolean> {
    return (await sandbox.commands.run('kill', { args: ['-0', String(pid)] })).exitCode === 0;
  }

  async function startLive(script: string, timeoutSecs: number): Promise<{ socket: WebSocket; pid: number }> {
    const address = `${installation.url.replace('http', 'ws')}/v1/sandboxes/${sandbox.id}/ws?channel=exec`;
    const headers = { authorization: `Bearer ${installation.apiKey}` };
    const socket = new (WebSocket as unknown as new (url: string, options: object) => WebSocket)(address, {
      headers,
    });
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', reject, { once: true });
    });
    const started = new Promise<{ pid: number }>((resolve) =>
      socket.addEventListener('message', (message) => resolve(JSON.parse(String(message.data))), {
        once: true,
      }),
    );
    socket.send(
      JSON.stringify({
        type: 'exec_start',
        id: '1',
        command: script,
        args: [],
        shell: true,
        timeout_secs: timeoutSecs,
      }),
    );
    return { socket, pid: (await started).pid };
  }
});
