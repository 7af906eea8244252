import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('a sandbox from its creation to its end', () => {
  let installation: Installation;
  let connection: { apiKey: string; baseUrl: string };
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });

  test('has the size, folder, environment and disk that were asked for', async () => {
    await using sandbox = await Sandbox.create({
      ...connection,
      template: 'base',
      vcpus: 2,
      memoryMb: 512,
      diskMb: 8192,
      timeout: 300,
      cwd: '/workspace',
      envs: { APP_ENV: 'dev' },
      metadata: { project: 'docs' },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the server fills the port in, not TypeScript.
      network: { maskRequestHost: 'localhost:${PORT}' },
    });
    const run = async (script: string) => (await sandbox.commands.run(script, { shell: true })).stdout.trim();
    assert.equal(await run('nproc'), '2');
    assert.equal(await run("free -m | awk '/^Mem:/ {print $2}'"), '512');
    assert.equal(await run("df -m / | awk 'NR==2 {print $2}'"), '8192');
    assert.equal(await run('pwd'), '/workspace');
    assert.equal(await run('echo "$APP_ENV"'), 'dev');
    assert.equal(await run('id -un'), 'root');
    const info = await sandbox.getInfo();
    assert.equal(info.id, sandbox.id);
    assert.equal(info.status, 'running');
    assert.equal(info.template, 'base');
    assert.deepEqual(info.metadata, { project: 'docs' });
    assert.equal(await sandbox.isRunning(), true);
  });

  test('has its locale in one file', async () => {
    await using sandbox = await Sandbox.create({ ...connection, template: 'base' });
    const showMaps =
      'import locale; locale.setlocale(locale.LC_ALL, ""); print(open("/proc/self/maps").read())';
    const { stdout } = await sandbox.commands.run('python3', { args: ['-c', showMaps] });
    const maps = [...new Set(stdout.match(/\/usr\/lib\/locale\/.*$/gm))];
    assert.deepEqual(maps, ['/usr/lib/locale/locale-archive']);
  });

  test('is found by its id from elsewhere, and gone after kill', async () => {
    const sandbox = await Sandbox.create({ ...connection, template: 'base' });
    const again = await Sandbox.connect(sandbox.id, connection);
    assert.equal((await again.commands.run('echo', { args: ['hello'] })).stdout, 'hello\n');
    assert.equal((await Sandbox.getInfoById(sandbox.id, connection)).id, sandbox.id);
    const [sample] = await Sandbox.getMetricsById(sandbox.id, connection);
    assert.ok(sample!.memTotalBytes >= 512 * 1024 * 1024 * 0.95, `memory total ${sample!.memTotalBytes}`);
    assert.equal(sample!.cpuCount, 2);
    await Sandbox.killById(sandbox.id, connection);
    await assert.rejects(sandbox.getInfo(), (error: unknown) => {
      assert.ok(error instanceof NotFoundError);
      assert.equal(error.code, 'sandbox_not_found');
      return true;
    });
    assert.equal(await sandbox.isRunning(), false);
    await assert.rejects(again.commands.run('true'), NotFoundError);
  });

  test('ends with its block, also after an exception', async () => {
    let id = '';
    await assert.rejects(async () => {
      await using sandbox = await Sandbox.create({ ...connection });
      id = sandbox.id;
      throw new Error('of the caller');
    }, /of the caller/);
    await assert.rejects(Sandbox.getInfoById(id, connection), NotFoundError);
  });

  test('ends at its deadline, which can be moved', async () => {
    const short = await Sandbox.create({ ...connection, timeout: 1 });
    const moved = await Sandbox.create({ ...connection, timeout: 10 });
    const { timeoutAt } = await moved.getInfo();
    await moved.setTimeout(300);
    await endOf(short);
    await until(() => Date.now() > timeoutAt!.getTime() + 500, 'its first deadline has passed');
    const error = await short.getInfo().catch((caught: unknown) => caught as NotFoundError);
    assert.match(String((error as NotFoundError).message), /timeout|time to live|deadline/i);
    assert.equal(await moved.isRunning(), true);
    await moved.kill();
  });

  test('reaches no host service, no private range, and no network at all without internet access', async () => {
    await using open = await Sandbox.create({ ...connection });
    await using closed = await Sandbox.create({ ...connection, internetAccess: false });
    const port = new URL(installation.url).port;
    const reach = (sandbox: Sandbox, address: string, to: string) =>
      sandbox.commands.run(
        `timeout 1 bash -c 'exec 3<>/dev/tcp/${address}/${to}' 2>/dev/null && echo reached`,
        {
          shell: true,
        },
      );
    const gateway = (
      await open.commands.run("ip route 2>/dev/null | awk '/default/ {print $3}'", { shell: true })
    ).stdout.trim();
    for (const sandbox of [open, closed])
      for (const address of [gateway, '127.0.0.1', '169.254.169.254', '192.168.0.1'].filter(Boolean))
        assert.equal((await reach(sandbox, address, port)).stdout, '', `${address} was reached`);
  });

  async function endOf(sandbox: Sandbox): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (!(await sandbox.isRunning())) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`${sandbox.id} outlived its deadline by 30 s`);
  }
});
