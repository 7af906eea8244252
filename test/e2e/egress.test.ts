import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox, SandboxError } from 'nullspace';
import { openOutside } from '../../packages/runtime/test/fixtures/outside.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

describe('egress policies', () => {
  const context = suite();
  let installation: Installation;
  let outside: Awaited<ReturnType<typeof openOutside>>;

  before(async () => {
    installation = await startInstallation(context);
    outside = await openOutside();
    context.after(() => outside.close());
  });

  async function create(options: Parameters<typeof Sandbox.create>[0]): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 1800, ...options });
    context.after(() => made.kill().catch(() => undefined));
    return made;
  }

  async function reaches(sandbox: Sandbox): Promise<boolean> {
    const url = `http://${outside.addresses.public}:${outside.port}/`;
    const { exitCode } = await sandbox.commands.run('curl', {
      args: ['-sS', '--connect-timeout', '3', '--max-time', '30', url],
    });
    assert.ok([0, 7, 28].includes(exitCode), `curl ended with ${exitCode}`);
    return exitCode === 0;
  }

  test('hold from the first command on, and an allowed address wins over a denied network', async () => {
    const there = `${outside.addresses.public}/32`;
    const [open, denied, allowed, other] = await Promise.all([
      create({}),
      create({ network: { denyOut: ['0.0.0.0/0'] } }),
      create({ network: { denyOut: ['0.0.0.0/0'], allowOut: [there] } }),
      create({ network: { allowOut: ['1.0.0.1'] } }),
    ]);
    assert.deepEqual(await Promise.all([open, denied, allowed, other].map(reaches)), [
      true,
      false,
      true,
      false,
    ]);
    assert.deepEqual((await denied.getInfo()).network, { denyOut: ['0.0.0.0/0'] });
  });

  test('are changed while a sandbox runs, and stay over restarts, a pause and a fork', async () => {
    const sandbox = await create({});
    const info = await sandbox.setNetwork({ denyOut: ['0.0.0.0/0'] });
    assert.deepEqual(info.network, { denyOut: ['0.0.0.0/0'] });
    assert.equal(await reaches(sandbox), false);
    await installation.host.kill('SIGKILL');
    await installation.startHost();
    assert.equal(await reaches(sandbox), false);
    const child = await sandbox.fork();
    context.after(() => child.kill().catch(() => undefined));
    assert.equal(await reaches(child), false);
    await sandbox.hibernate();
    const resumed = await Sandbox.connect(sandbox.id, installation.connection);
    context.after(() => resumed.kill().catch(() => undefined));
    assert.equal(await reaches(resumed), false);
    await resumed.setNetwork({ denyOut: [] });
    assert.equal(await reaches(resumed), true);
    await resumed.setNetwork({ internetAccess: false });
    assert.equal(await reaches(resumed), false);
    assert.equal((await resumed.getInfo()).internetAccess, false);
  });

  test('name the entry that cannot be kept', async () => {
    const bad: [list: 'allowOut' | 'denyOut', entry: string, code: string][] = [
      ['denyOut', 'example.com', 'invalid_request'],
      ['denyOut', '1.1.1', 'invalid_request'],
      ['denyOut', '1.1.1.1/33', 'invalid_request'],
      ['denyOut', '0x1.1.1.1', 'invalid_request'],
      ['denyOut', '01.1.1.1', 'invalid_request'],
      ['denyOut', '::/0', 'invalid_request'],
      ['allowOut', '10.0.0.0/8', 'invalid_request'],
      ['allowOut', '169.254.169.254', 'invalid_request'],
    ];
    const sandbox = await create({});
    for (const [list, entry, code] of bad) {
      const refused = (error: unknown) => error instanceof SandboxError && error.code === code;
      const network = { [list]: ['1.0.0.1', entry] };
      await assert.rejects(Sandbox.create({ ...installation.connection, network }), refused, entry);
      await assert.rejects(sandbox.setNetwork(network), refused, entry);
    }
    assert.equal(await reaches(sandbox), true);
  });
});
