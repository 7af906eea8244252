import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('a hostile guest', () => {
  let installation: Installation;
  let neighbour: Sandbox;
  let connection: { apiKey: string; baseUrl: string };
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
    neighbour = await Sandbox.create(connection);
    context.after(() => neighbour.kill());
  });

  // A guest of 256 MB may have 256 processes.
  test('with a fork bomb meets its limit and leaves the neighbour alone', async () => {
    const sandbox = await Sandbox.create({ ...connection, memoryMb: 256 });
    await sandbox.commands
      .run('bomb() { bomb | bomb & }; bomb', { shell: true, background: true })
      .catch(ignore);
    await expectNeighbourAnswers();
    await endsOrAnswers(sandbox);
    await sandbox.kill().catch(ignore);
    await expectNeighbourAnswers();
  });

  test('that eats memory loses the eater, and says so', async () => {
    const sandbox = await Sandbox.create({ ...connection, memoryMb: 256 });
    const script = 'data = []\nwhile True: data.append(bytearray(8 << 20))';
    const result = await sandbox.commands
      .run('python3', { args: ['-c', script], timeoutSecs: 100 })
      .catch(ignore);
    if (result) assert.equal(result.exitCode, 137);
    await expectNeighbourAnswers();
    await endsOrAnswers(sandbox);
    await sandbox.kill().catch(ignore);
  });

  test('that fills its disk gets "no space left" and the host keeps its own', async () => {
    const sandbox = await Sandbox.create({ ...connection, diskMb: 256 });
    const result = await sandbox.commands.run('dd if=/dev/zero of=/fill bs=1M count=1000', {
      shell: true,
      timeoutSecs: 100,
    });
    assert.notEqual(result.exitCode, 0);
    assert.match(result.stderr, /No space left/);
    await expectNeighbourAnswers();
    await sandbox.kill();
  });

  test('that prints without end is cut at its timeout', async () => {
    const sandbox = await Sandbox.create(connection);
    await assert.rejects(sandbox.commands.run('yes', { timeoutSecs: 3 }), { code: 'exec_timeout' });
    const handle = await sandbox.commands.run('yes', { background: true });
    await expectNeighbourAnswers();
    await handle.kill();
    assert.match((await handle.logs()).stdout, /^y\ny\n/);
    await sandbox.kill();
  });

  test('with a thousand open connections harms nobody', async () => {
    const sandbox = await Sandbox.create(connection);
    const script = `
import socket, time
held = []
for i in range(1000):
    s = socket.socket()
    s.setblocking(False)
    try:
        s.connect(("127.0.0.1", 49983))
    except BlockingIOError:
        pass
    held.append(s)
print(len(held), flush=True)
time.sleep(3)
`;
    const result = await sandbox.commands.run('python3', { args: ['-c', script], timeoutSecs: 100 });
    assert.equal(result.stdout, '1000\n', result.stderr);
    assert.equal((await sandbox.commands.run('echo', { args: ['on'] })).stdout, 'on\n');
    await expectNeighbourAnswers();
    await sandbox.kill();
  });

  test('that kills its agent ends with a reason', async () => {
    const sandbox = await Sandbox.create(connection);
    await sandbox.commands.run('kill -9 1; kill -TERM 1; sleep 20', { shell: true }).catch(ignore);
    await until(async () => !(await sandbox.isRunning()), 'the sandbox without an agent is seen', 120_000);
    const response = await fetch(`${installation.url}/v1/sandboxes/${sandbox.id}`, {
      headers: { authorization: `Bearer ${installation.apiKey}` },
    });
    assert.match(await response.text(), /guest_crash|agent_lost/);
    await expectNeighbourAnswers();
    await sandbox.kill().catch(ignore);
  });

  async function expectNeighbourAnswers(): Promise<void> {
    const result = await neighbour.commands.run('echo', { args: ['here'], timeoutSecs: 60 });
    assert.equal(result.stdout, 'here\n');
  }

  /** After the attack the sandbox either works again or has ended with a reason; it never hangs. */
  async function endsOrAnswers(sandbox: Sandbox): Promise<void> {
    await until(
      async () => {
        if (!(await sandbox.isRunning())) return true;
        const result = await sandbox.commands.run('echo', { args: ['on'], timeoutSecs: 20 }).catch(ignore);
        return result?.stdout === 'on\n';
      },
      'the attacked sandbox answers or has ended',
      180_000,
    );
  }
});

function ignore(): undefined {
  return undefined;
}
