import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CommandHandle, NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { nothingLeft, processesOf } from '../harness/leftovers.ts';
import { until } from '../harness/until.ts';

const count = 10;
type Victim = 'server' | 'host';

describe('kill -9 with ten running sandboxes and a running command in each', () => {
  const cases: Victim[][] = [['server'], ['host'], ['server', 'host']];
  for (const victims of cases)
    test(`of ${victims.join(' and ')}`, async (context) => {
      const installation = await startInstallation(context);
      const connection = () => installation.connection;
      const sandboxes: Sandbox[] = [];
      const handles: CommandHandle[] = [];
      for (let number = 0; number < count; number++) {
        const sandbox = await Sandbox.create({ ...connection(), timeout: 600, metadata: { number } });
        sandboxes.push(sandbox);
        const script = 'i=0; while true; do i=$((i+1)); echo $i > /workspace/count; sleep 0.2; done';
        handles.push(await sandbox.commands.run(script, { shell: true, background: true }));
      }
      // One ends by its deadline and one dies while nobody looks.
      await sandboxes[0]!.setTimeout(4);
      const deadline = (await sandboxes[0]!.getInfo()).timeoutAt!.getTime();

      for (const victim of victims) await installation[victim].kill('SIGKILL');
      if (victims.includes('host')) killSandboxProcess(installation, sandboxes[1]!);
      if (victims.includes('host')) await installation.startHost();
      if (victims.includes('server')) await installation.startServer();

      const survivors = sandboxes.slice(victims.includes('host') ? 2 : 1);
      for (const before of survivors) {
        const sandbox = await Sandbox.connect(before.id, connection());
        const handle = handles[sandboxes.indexOf(before)]!;
        const processes = await sandbox.commands.list();
        assert.equal(
          processes.find((process) => process.pid === handle.pid)?.running,
          true,
          `command of ${before.id}`,
        );
        const first = Number(await sandbox.files.read('/workspace/count'));
        await until(
          async () => Number(await sandbox.files.read('/workspace/count')) > first,
          'the command counts on',
        );
      }
      await until(() => isGone(sandboxes[0]!.id, connection()), 'the deadline fires');
      assert.ok(Date.now() >= deadline - 100, 'the deadline fired early');
      if (victims.includes('host')) {
        await until(async () => {
          const ended = await describeEnd(sandboxes[1]!.id, connection());
          return ended !== undefined;
        }, 'the dead sandbox is seen');
        assert.match(
          String(await describeEnd(sandboxes[1]!.id, connection())),
          /guest_crash|host_lost|crash/,
        );
      }
      const listed = [];
      for await (const info of await Sandbox.list({ ...connection(), state: ['running'] }))
        listed.push(info.id);
      assert.deepEqual(listed.sort(), survivors.map((sandbox) => sandbox.id).sort());

      await Promise.all(survivors.map((sandbox) => Sandbox.killById(sandbox.id, connection())));
      await until(() => nothingLeft(installation), 'nothing of the sandboxes is left');
    });
});

// It takes 35 s. A short run has the two limits alone, in packages/server/test/fleet.
if (process.env.NULLSPACE_TEST_LONG)
  test('a host that stands still holds up no create, and takes them again when it goes on', async (context) => {
    const installation = await startInstallation(context);
    const { apiKey, baseUrl } = installation.connection;
    // No SDK: it would ask again.
    const create = () =>
      fetch(`${baseUrl}/v1/sandboxes`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: '{}',
        signal: AbortSignal.timeout(60_000),
      });
    process.kill(installation.host.pid, 'SIGSTOP');
    try {
      const refused = await create();
      const { code } = (await refused.json()) as { code: string };
      assert.deepEqual([refused.status, code], [503, 'host_unavailable']);
      assert.ok(refused.headers.has('retry-after'));
    } finally {
      process.kill(installation.host.pid, 'SIGCONT');
    }
    assert.equal((await create()).status, 201);
  });

async function isGone(id: string, connection: { apiKey: string; baseUrl: string }): Promise<boolean> {
  return Sandbox.getInfoById(id, connection).then(
    (info) => info.status !== 'running',
    (error: unknown) => error instanceof NotFoundError,
  );
}

/** What the API says of the end of a sandbox; undefined while it runs. */
async function describeEnd(
  id: string,
  connection: { apiKey: string; baseUrl: string },
): Promise<string | undefined> {
  const response = await fetch(`${connection.baseUrl}/v1/sandboxes/${id}`, {
    headers: { authorization: `Bearer ${connection.apiKey}` },
  });
  const text = await response.text();
  return text.includes('"status":"running"') ? undefined : text;
}

/** Kills the engine's process of one sandbox behind the host's back. */
function killSandboxProcess(installation: Installation, sandbox: Sandbox): void {
  const pids = processesOf(installation, sandbox.id);
  assert.ok(pids.length > 0, 'the sandbox has processes');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
