import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { guest, host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { guestError } from '../fixtures/guest-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('commands over HTTP', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());
  const exec = (body: object, sandbox = id) => server.call('POST', `/v1/sandboxes/${sandbox}/exec`, body);
  const processes = () => server.host.guestOf(id).processes;

  test('answer with output and exit code, and pass everything on', async () => {
    const run = exec({ command: 'job', args: ['a b'], cwd: '/srv', envs: { A: '1' }, timeout_secs: 9 });
    const process = await processes().started('job');
    assert.deepEqual(process.command.args, ['a b']);
    assert.equal(process.command.cwd, '/srv');
    assert.deepEqual(process.command.env, { A: '1' });
    assert.equal(process.command.timeoutMs, 9000n);
    process.write(Buffer.from([0x61, 0xff, 0x62]));
    process.write('oops', 'stderr');
    process.end(3);
    const { body, status } = await run;
    assert.equal(status, 200);
    assert.deepEqual(
      [body.exit_code, body.stdout, body.stderr, body.pid, body.spawn_us],
      [3, 'a\ufffdb', 'oops', process.pid, 900],
    );
  });

  test('stdin comes as text or as bytes', async () => {
    for (const [name, field] of [
      ['reads-text', { stdin: 'in' }],
      ['reads-bytes', { stdin_base64: 'aW4=' }],
    ] as const) {
      const run = exec({ command: name, ...field });
      const process = await processes().started(name);
      process.end(0);
      await run;
      assert.equal(process.stdin, 'in');
    }
  });

  test('a quick timeout is 408 with what was printed', async () => {
    const run = exec({ command: 'slow', timeout_secs: 1 });
    const process = await processes().started('slow');
    process.write('partly');
    process.end(137, { timedOut: true });
    const answer = await run;
    expectError(answer, 'exec_timeout', [/1/]);
    assert.equal(answer.body.error.details.stdout, 'partly');
  });

  test('a guard that ended the command is named', async () => {
    const run = exec({ command: 'hog' });
    (await processes().started('hog')).end(137, { guard: 'memory' });
    assert.equal((await run).body.killed_by, 'memory');
  });

  test('in the background answer at once; logs, stdin, kill and list work', async () => {
    const { body } = await exec({ command: 'cat', background: true, timeout_secs: 1 });
    const path = `/v1/sandboxes/${id}/processes`;
    assert.equal((await processes().started('cat')).command.timeoutMs, 0n);
    assert.equal((await server.call('POST', `${path}/${body.pid}/stdin`, { data: 'hi\n' })).status, 204);
    assert.deepEqual((await server.call('GET', `${path}/${body.pid}/logs`)).body, {
      stdout: 'hi\n',
      stderr: '',
      output: 'hi\n',
      exit_code: null,
      truncated: false,
    });
    const listed = (await server.call('GET', path)).body.find(({ pid }: { pid: number }) => pid === body.pid);
    assert.deepEqual(listed, { pid: body.pid, command: 'cat', running: true });
    assert.equal((await server.call('POST', `${path}/${body.pid}/kill`)).status, 204);
    assert.equal((await server.call('POST', `${path}/${body.pid}/kill`)).status, 204);
    assert.equal((await server.call('GET', `${path}/${body.pid}/logs`)).body.exit_code, 137);
    expectError(await server.call('POST', `${path}/${body.pid}/stdin`, { data: 'x' }), 'conflict');
    expectError(await server.call('GET', `${path}/77/logs`), 'process_not_found', [/77/]);
    expectError(await server.call('POST', `${path}/77/kill`), 'process_not_found');
  });

  test('a hang-up does not end the command', async () => {
    const abort = new AbortController();
    const call = server.call(
      'POST',
      `/v1/sandboxes/${id}/exec`,
      { command: 'hung' },
      { signal: abort.signal },
    );
    const process = await processes().started('hung');
    abort.abort();
    await assert.rejects(call);
    assert.equal((await exec({ command: 'echo', args: ['x'] })).body.stdout, 'x\n');
    assert.equal(process.exit, undefined);
    process.end(0);
  });

  test('the end of the sandbox ends the call with its reason', async () => {
    const doomed = await server.createSandbox();
    const run = exec({ command: 'endless' }, doomed);
    await server.host.guestOf(doomed).processes.started('endless');
    await server.call('DELETE', `/v1/sandboxes/${doomed}`);
    expectError(await run, 'sandbox_not_found', [/manual/]);
  });

  test('logs of a chatty process arrive whole, and many reads at once take turns', async () => {
    const { body } = await exec({ command: 'chatty', background: true });
    const process = await processes().started('chatty');
    process.write('"é€\n'.repeat(200_000));
    process.write('oops', 'stderr');
    let asked = 0;
    let most = 0;
    const { override } = server.host.guestOf(id);
    override.readOutput = async ({ pid }) => {
      most = Math.max(most, ++asked);
      await new Promise((resolve) => setImmediate(resolve));
      asked -= 1;
      const { stdout, stderr, output } = processes().find(pid);
      return { stdout, stderr, output, running: true };
    };
    const path = `/v1/sandboxes/${id}/processes/${body.pid}/logs`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => server.call('GET', path)));
    delete override.readOutput;
    for (const answer of answers) {
      assert.deepEqual(answer.body, {
        stdout: process.stdout.toString(),
        stderr: 'oops',
        output: process.output.toString(),
        exit_code: null,
        truncated: false,
      });
    }
    assert.equal(most, 1);
    process.end(0);
  });

  // The agent holds every call and its connection stays: nothing but the host's word tells of the end.
  test('the end that the host reports breaks off every kind of call at once', async () => {
    const doomed = await server.createSandbox();
    const { override, processes } = server.host.guestOf(doomed);
    const asked: Promise<void>[] = [];
    const hold = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      asked.push(promise);
      return (_request: unknown, { signal }: { signal: AbortSignal }) => {
        resolve();
        return new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      };
    };
    override.readOutput = hold();
    override.stat = hold();
    override.listProcesses = hold();
    const path = `/v1/sandboxes/${doomed}`;
    const calls = [
      exec({ command: 'endless' }, doomed),
      server.call('GET', `${path}/processes/1/logs`),
      server.call('GET', `${path}/processes`),
      server.call('POST', `${path}/files/exists`, { path: '/etc' }),
    ];
    await Promise.all([...asked, processes.started('endless')]);
    server.host.end(doomed, { state: host.State.ERROR, reason: 'guest_crash', message: 'It fell over.' });
    for (const answer of await Promise.all(calls)) {
      expectError(answer, 'sandbox_not_found', [/guest_crash/]);
      assert.equal(answer.body.error.details.message, 'It fell over.');
    }
  });

  test('a delete succeeds while the host cannot forget, and the end is forgotten later', async () => {
    const doomed = await server.createSandbox();
    server.host.refuseForget = true;
    assert.equal((await server.call('DELETE', `/v1/sandboxes/${doomed}`)).status, 204);
    await until(() => server.logs.some((line) => line.includes('could not forget')));
    assert.ok(server.host.instances.has(doomed));
    server.host.refuseForget = false;
    server.host.goAway();
    server.host.comeBack();
    await until(() => !server.host.instances.has(doomed));
  });

  const hostile: [string, (override: Partial<ReturnType<typeof guestOf>>) => void, RegExp][] = [
    [
      'garbage',
      (o) =>
        (o.run = () => {
          throw new ConnectError('\0', Code.DataLoss);
        }),
      /wrongly/,
    ],
    [
      'nothing known',
      (o) =>
        (o.run = () => {
          throw guestError('made_up');
        }),
      /wrongly/,
    ],
    ['no exit', (o) => (o.run = () => create(guest.RunResponseSchema, {})), /./],
    [
      'a wrong token',
      (o) =>
        (o.run = () => {
          throw new ConnectError('x', Code.Unauthenticated);
        }),
      /does not know/,
    ],
    [
      'more than is accepted',
      (o) => (o.run = () => create(guest.RunResponseSchema, { stdout: new Uint8Array(65 * 1024 * 1024) })),
      /more than/,
    ],
  ];
  function guestOf() {
    return server.host.guestOf(id).override;
  }
  for (const [name, misbehave, message] of hostile) {
    test(`an agent that answers with ${name} harms only its own call`, async () => {
      const sandbox = await server.createSandbox();
      misbehave(server.host.guestOf(sandbox).override);
      const answer = await exec({ command: 'echo' }, sandbox);
      if (name === 'no exit') assert.equal(answer.body.exit_code, -1);
      else expectError(answer, 'exec_failed', [message]);
      assert.equal((await exec({ command: 'echo', args: ['fine'] })).body.stdout, 'fine\n');
    });
  }

  test('an agent that went away is told as exec_failed while its sandbox is said to run', async () => {
    const sandbox = await server.createSandbox();
    await server.host.guestOf(sandbox).close();
    expectError(await exec({ command: 'echo' }, sandbox), 'exec_failed', [/cannot be reached/]);
    server.host.end(sandbox, { state: host.State.ERROR, reason: 'agent_lost' });
    // A call that comes before the end is recorded and on the disk is one that was under way.
    await until(async () => (await exec({ command: 'echo' }, sandbox)).status === 409);
  });

  test('at the process limit a command is refused with the reason', async () => {
    const sandbox = await server.createSandbox();
    server.host.guestOf(sandbox).override.run = () => {
      throw guestError('process_limit');
    };
    const answer = await exec({ command: 'echo' }, sandbox);
    expectError(answer, 'exec_failed', [/processes/]);
    assert.equal(answer.body.error.details.reason, 'process_limit');
  });
});
