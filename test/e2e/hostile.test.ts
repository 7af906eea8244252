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
    await until(async () => (await handle.logs()).stdout !== '', 'it prints');
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

  test('that makes files without end ends by its own memory, and says so', async () => {
    const sandbox = await Sandbox.create({ ...connection, memoryMb: 256 });
    const script = `
import os
os.mkdir("/tmp/many")
for number in range(10**9):
    open(f"/tmp/many/{number}", "w").close()
`;
    await sandbox.commands.run('python3', { args: ['-c', script], timeoutSecs: 280 }).catch(ignore);
    await expectNeighbourAnswers();
    const info = await sandbox.getInfo();
    assert.equal(info.statusReason, 'out_of_memory', info.statusMessage);
    await sandbox.kill();
  });

  test('that fills its memory through files loses the filler', async () => {
    const sandbox = await Sandbox.create({ ...connection, memoryMb: 256 });
    const script = 'dd if=/dev/zero of=/dev/shm/fill bs=1M; echo $?';
    const result = await sandbox.commands
      .run(script, { shell: true, timeoutSecs: 100 })
      .catch((error: Error) => error);
    await expectNeighbourAnswers();
    await endsOrAnswers(sandbox);
    if (!(result instanceof Error)) assert.ok(result.killedBy || result.stdout !== '0\n', result.stdout);
    await sandbox.kill().catch(ignore);
  });

  test('that floods the resolver leaves it to the others', async () => {
    const sandbox = await Sandbox.create(connection);
    // A name without a dot is answered by the resolver itself: nothing leaves the machine.
    const lookups = `
import socket, struct, sys
where = [line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver")][0]
query = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + b"\\x05local\\0" + struct.pack(">HH", 1, 1)
`;
    const flood = `${lookups}
held = []
for _ in range(1000):
    held.append(socket.socket())
    held[-1].setblocking(False)
    held[-1].connect_ex((where, 53))
socket_ = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("begun", flush=True)
while True:
    socket_.sendto(query, (where, 53))
`;
    const ask = `${lookups}
socket_ = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
socket_.settimeout(2)
for attempt in range(20):
    socket_.sendto(query, (where, 53))
    try:
        print(struct.unpack(">H", socket_.recv(512)[:2])[0])
        sys.exit()
    except TimeoutError:
        pass
`;
    const begun = Promise.withResolvers<void>();
    const handle = await sandbox.commands.run('python3', {
      args: ['-c', flood],
      background: true,
      onStdout: () => begun.resolve(),
    });
    await begun.promise;
    const answer = await neighbour.commands.run('python3', { args: ['-c', ask], timeoutSecs: 100 });
    assert.equal(answer.stdout, '7\n', answer.stderr);
    await expectNeighbourAnswers();
    await handle.kill();
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
