import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { repository } from '../harness/artifacts.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { collect, type MadeAccess, SshClient } from '../harness/ssh-client.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

describe('SSH', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let client: SshClient;
  let access: MadeAccess;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await create({});
    client = new SshClient(context);
    access = await grant(sandbox);
  });

  async function create(options: Parameters<typeof Sandbox.create>[0]): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 3600, ...options });
    context.after(() => made.kill().catch(() => undefined));
    return made;
  }

  async function call(path: string, body?: object, method = 'POST'): Promise<Response> {
    return await fetch(`${installation.url}/v1/sandboxes/${path}`, {
      method,
      headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function grant({ id }: Sandbox, fields: object = {}, of = client): Promise<MadeAccess> {
    const answer = await call(`${id}/ssh-access`, { public_key: of.publicKey, ...fields });
    assert.equal(answer.status, 201, await answer.clone().text());
    return (await answer.json()) as MadeAccess;
  }

  const running = async (pattern: string) =>
    (await sandbox.commands.run('pgrep', { args: ['-f', pattern] })).stdout.trim() !== '';

  describe('runs commands', () => {
    test('with their exit codes, and stdout apart from stderr', async () => {
      const ended = await client.run(access, ['echo out; echo err >&2; exit 37']);
      assert.deepEqual([ended.code, ended.stdout.toString(), ended.stderr], [37, 'out\n', 'err\n']);
    });

    test('that are ended by a signal', async () => {
      assert.equal((await client.run(access, ['kill -TERM $$'])).code, 255);
    });

    test('with bytes of any kind on stdin and stdout', async () => {
      const data = randomBytes(3_000_000);
      const { code, stdout } = await client.run(access, ['cat'], { stdin: data });
      assert.equal(code, 0);
      assert.equal(digest(stdout), digest(data));
    });

    test('for keys of every kind, by name of the sandbox and by certificate', async () => {
      for (const type of ['ed25519', 'ecdsa', 'rsa']) {
        const other = new SshClient(context, type);
        const made = await grant(sandbox, {}, other);
        const plain = await other.run(made, ['whoami']);
        assert.equal(plain.stdout.toString(), 'root\n', `${type}: ${plain.stderr}`);
        const certified = await other.run(made, ['whoami'], { certified: true, user: made.user });
        assert.equal(certified.stdout.toString(), 'root\n', `${type}: ${certified.stderr}`);
      }
    });

    test('as the account that was asked for', async () => {
      const made = await grant(sandbox, { user: 'nobody' });
      const ended = await client.run(made, ['whoami'], { certified: true, user: 'nobody' });
      assert.equal(ended.stdout.toString(), 'nobody\n', ended.stderr);
    });

    test('with variables of the client', async () => {
      const ended = await client.run(access, ['echo "$SOME_THING"'], {
        flags: ['-o', 'SetEnv=SOME_THING="a value"'],
      });
      assert.equal(ended.stdout.toString(), 'a value\n', ended.stderr);
    });

    test('that read a script from stdin when none is named', async () => {
      const ended = await client.run(access, [], { stdin: Buffer.from('echo $((6 * 7))\nexit 3\n') });
      assert.deepEqual([ended.code, ended.stdout.toString()], [3, '42\n'], ended.stderr);
    });
  });

  test('opens a shell on a terminal', async () => {
    const child = client.start(access, [], { flags: ['-tt'] });
    let shown = '';
    child.stdout!.on('data', (data: Buffer) => {
      shown += data;
    });
    child.stdin!.write('stty size; echo "<$TERM>"; tty\n');
    await until(() => /\/dev\/pts\/\d/.test(shown), 'the shell answers');
    child.stdin!.write('exit 5\n');
    const [code] = await once(child, 'close');
    assert.equal(code, 5, shown);
  });

  test('ends a program when its client goes', async () => {
    for (const [words, flags] of [
      [['yes ssh-ends-this'], []],
      [['echo begun; exec sleep 4321'], ['-tt']],
    ] as const) {
      const child = client.start(access, [...words], { flags: [...flags] });
      await once(child.stdout!, 'data');
      child.kill('SIGKILL');
      await until(async () => !(await running('^yes ssh-ends-this|^sleep 4321')), `"${words}" has ended`);
    }
  });

  test('loses nothing to a slow client, and keeps the memory of the server flat', async () => {
    const size = 96 * 1024 * 1024;
    const child = client.start(access, [`head -c ${size} /dev/zero; echo end >&2`]);
    await once(child.stdout!, 'readable');
    const before = memoryOf(installation.server.pid);
    let most = 0;
    // The program writes on until nothing is left to hold what it wrote.
    await until(async () => {
      const now = memoryOf(installation.server.pid);
      const stable = now <= most;
      most = Math.max(most, now);
      return stable;
    }, 'the program waits');
    assert.ok(most - before < 64 * 1024 * 1024, `the server grew by ${most - before} bytes`);
    const { code, stdout, stderr } = await collect(child);
    assert.deepEqual([code, stdout.length, stderr], [0, size, 'end\n']);
  });

  describe('moves files', () => {
    const data = randomBytes(20 * 1024 * 1024);
    const local = (name: string) => join(client.folder, name);
    const destination = (path: string) => `${access.sandbox_id}@${access.host}:${path}`;

    test('with scp, both ways', async () => {
      writeFileSync(local('up'), data, { mode: 0o755 });
      const up = await client.copy('scp', access, [local('up'), destination('/tmp/scp file')]);
      assert.equal(up.code, 0, up.stderr);
      const { stdout } = await sandbox.commands.run('sha256sum "/tmp/scp file"; stat -c %a /tmp/scp*', {
        shell: true,
      });
      assert.equal(stdout, `${digest(data)}  /tmp/scp file\n755\n`);
      const down = await client.copy('scp', access, [destination('/tmp/scp file'), local('down')]);
      assert.equal(down.code, 0, down.stderr);
      assert.equal(digest(readFileSync(local('down'))), digest(data));
    });

    test('with sftp', async () => {
      writeFileSync(local('small'), 'hello\n');
      const script = [
        'mkdir /tmp/box',
        `put ${local('small')} /tmp/box/one`,
        'rename /tmp/box/one /tmp/box/two',
        'ln -s two /tmp/box/link',
        'chmod 640 /tmp/box/two',
        `get /tmp/box/link ${local('back')}`,
        'ls -l /tmp/box',
        'rm /tmp/box/link',
      ].join('\n');
      const ended = await client.copy('sftp', access, ['-b', '-', destination('').slice(0, -1)], script);
      assert.equal(ended.code, 0, ended.stderr);
      assert.match(ended.stdout.toString(), /-rw-r-----.* two/);
      assert.equal(readFileSync(local('back'), 'utf8'), 'hello\n');
      const { stdout } = await sandbox.commands.run('ls', { args: ['-A', '/tmp/box'] });
      assert.equal(stdout, 'two\n');
    });

    test('with the rights of the account', async () => {
      const made = await grant(sandbox, { user: 'nobody' });
      const to = `${made.access_id}@${made.host}:/etc/not-for-nobody`;
      const ended = await client.copy('scp', made, [local('small'), to]);
      assert.notEqual(ended.code, 0);
      assert.match(ended.stderr, /[Pp]ermission denied/);
    });

    test('with rsync, where the sandbox has it', async (t) => {
      const inside = await sandbox.commands.run('command -v rsync', { shell: true });
      if (inside.exitCode !== 0) return t.skip('the base image has no rsync');
      mkdirSync(local('tree'));
      writeFileSync(local('tree/a'), data);
      const ended = await client.rsync(access, ['-a', `${local('tree')}/`, destination('/tmp/tree/')]);
      assert.equal(ended.code, 0, ended.stderr);
      const { stdout } = await sandbox.commands.run('sha256sum', { args: ['/tmp/tree/a'] });
      assert.match(stdout, new RegExp(digest(data)));
    });
  });

  describe('forwards ports', () => {
    const page = async (port: number) => {
      await sandbox.files.write('/srv/www/index.html', 'from inside');
      const args = ['-m', 'http.server', String(port), '--bind', '127.0.0.1', '--directory', '/srv/www'];
      await sandbox.commands.run('python3', { args, background: true });
      assert.ok((await sandbox.previews.waitFor(port, { kind: 'http' })).ready);
    };

    test('to the loopback of the sandbox', async () => {
      await page(8123);
      const socketPath = join(client.folder, 'forward');
      const child = client.start(access, [], { flags: ['-N', '-L', `${socketPath}:localhost:8123`] });
      const fetchPage = async () => {
        const [answer] = await once(request({ socketPath, path: '/' }).end(), 'response');
        return Buffer.concat(await answer.toArray()).toString();
      };
      await until(
        async () => (await fetchPage().catch(() => '')) === 'from inside',
        'the page comes through the forward',
      );
      child.kill();
    });

    test('but to no other address, and to none of the platform', async () => {
      for (const target of [
        `${hostOf(installation.url)}:80`,
        '10.0.0.1:80',
        'localhost:22',
        'localhost:49983',
      ]) {
        const ended = await client.run(access, [], { flags: ['-W', target] });
        assert.notEqual(ended.code, 0, target);
        assert.match(ended.stderr, /open failed|forwarding failed/, target);
      }
    });
  });

  describe('lets in', () => {
    const refused = async (ended: Promise<{ code: number | null; stderr: string }>) => {
      const { code, stderr } = await ended;
      assert.equal(code, 255);
      assert.match(stderr, /Permission denied \(publickey\)/);
    };

    test('no key that has no access', async () => {
      const stranger = new SshClient(context);
      await refused(stranger.run(access, ['true']));
      await refused(client.run(access, ['true'], { user: 'root-of-nothing' }));
    });

    test('no holder of a certificate without its key', async () => {
      const thief = new SshClient(context);
      await refused(thief.run(access, ['true'], { certified: true, user: access.user }));
    });

    test('nobody into another sandbox', async () => {
      const other = await create({});
      await refused(client.run({ ...access, sandbox_id: other.id }, ['true']));
    });

    test('nobody whose access was revoked, and cuts those who are inside', async () => {
      const made = await grant(sandbox);
      const child = client.start(made, ['echo inside; exec sleep 1000'], { user: made.access_id });
      await once(child.stdout!, 'data');
      const ended = collect(child);
      const answer = await call(`${sandbox.id}/ssh-access/${made.access_id}`, undefined, 'DELETE');
      assert.equal(((await answer.json()) as { access: { status: string } }).access.status, 'revoked');
      const { code, stderr } = await ended;
      assert.equal(code, 255);
      assert.match(stderr, /the access was revoked/);
      await refused(client.run(made, ['true'], { user: made.access_id }));
      await refused(client.run(made, ['true'], { user: made.user, certified: true }));
    });

    test('nobody whose access has expired, and cuts those who are inside', async () => {
      const made = await grant(sandbox);
      const child = client.start(made, ['echo inside; exec sleep 1000'], { user: made.access_id });
      await once(child.stdout!, 'data');
      const ended = collect(child);
      // The shortest lifetime is a minute.
      const database = new DatabaseSync(join(installation.dataDir, 'server/db.sqlite'), { timeout: 10_000 });
      database.prepare('update ssh_accesses set expires_at = ? where id = ?').run(Date.now(), made.access_id);
      database.close();
      const { code, stderr } = await ended;
      assert.equal(code, 255);
      assert.match(stderr, /the access has expired/);
      await refused(client.run(made, ['true'], { user: made.access_id }));
    });

    test('nobody after the end of the sandbox, of which it tells', async () => {
      const short = await create({});
      const made = await grant(short);
      const child = client.start(made, ['echo inside; exec sleep 1000']);
      await once(child.stdout!, 'data');
      const ended = collect(child);
      await short.kill();
      const { code, stderr } = await ended;
      assert.equal(code, 255);
      assert.match(stderr, /nullspace: .*andbox sb_/);
    });

    test('nobody into a paused sandbox, unless it wants to be resumed', async () => {
      const sleeper = await create({});
      const made = await grant(sleeper);
      const child = client.start(made, ['echo inside; exec sleep 1000']);
      await once(child.stdout!, 'data');
      const cut = collect(child);
      await sleeper.pause();
      assert.equal((await cut).code, 255);
      const { code, stderr } = await client.run(made, ['true']);
      assert.equal(code, 255);
      assert.match(stderr, /paused/);

      const waking = await create({ autoResume: true });
      const through = await grant(waking);
      await waking.pause();
      const woken = await client.run(through, ['echo awake']);
      assert.equal(woken.stdout.toString(), 'awake\n', woken.stderr);
      await (await Sandbox.connect(waking.id, installation.connection)).kill();
    });
  });

  test('keeps its host key, accesses and certificates over a restart of the server', async () => {
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    sandbox = await Sandbox.connect(sandbox.id, installation.connection);
    const again = await grant(sandbox);
    assert.equal(again.host_key, access.host_key);
    const before = { ...access, port: again.port };
    const ended = await client.run(before, ['whoami'], { certified: true, user: access.user });
    assert.equal(ended.stdout.toString(), 'root\n', ended.stderr);
  });

  describe('on the command line', () => {
    const nullspace = (words: string[], env: Record<string, string> = {}) =>
      collect(
        spawn(process.execPath, [join(repository, 'packages/cli/bin/nullspace.js'), ...words], {
          env: { ...process.env, ...installation.clientEnv(), HOME: client.folder, ...env },
          stdio: 'pipe',
        }),
      );

    test('makes a key, and ends with the code of the command', async () => {
      for (const program of [['ssh'], ['sandbox', 'ssh']]) {
        const ended = await nullspace([...program, sandbox.id, '--', 'echo $((6 * 7)); exit 9']);
        assert.deepEqual([ended.code, ended.stdout.toString()], [9, '42\n'], ended.stderr);
      }
    });

    test('makes, lists and revokes accesses', async () => {
      const made = await nullspace(['sandbox', 'ssh-access', sandbox.id, '--ttl', '90s', '--json']);
      const record = JSON.parse(made.stdout.toString()) as { access_id: string; command: string };
      const run = await collect(spawn('bash', ['-c', `${record.command} whoami`], { stdio: 'pipe' }));
      assert.equal(run.stdout.toString(), 'root\n', run.stderr);
      const revoked = await nullspace(['sandbox', 'ssh-revoke', sandbox.id, record.access_id]);
      assert.equal(revoked.stdout.toString(), `${record.access_id} is revoked.\n`);
      const { stdout } = await nullspace(['sandbox', 'ssh-list', sandbox.id]);
      assert.match(stdout.toString(), new RegExp(`^${record.access_id}  revoked  root  SHA256:`, 'm'));
    });

    test('says what is missing', async () => {
      const ended = await nullspace(['ssh', sandbox.id], { PATH: '/nonexistent' });
      assert.equal(ended.code, 1);
      assert.match(ended.stderr, /The program ssh is not on this machine\.(.|\n)*openssh-client/);
      assert.equal((await nullspace(['ssh', sandbox.id, '--ttl', 'soon'])).code, 2);
    });
  });

  test('refuses keys and lifetimes that cannot be', async () => {
    const weak = execFileSync('ssh-keygen', ['-y', '-f', client.identity], { encoding: 'utf8' });
    for (const [field, body] of [
      ['public_key', { public_key: '' }],
      ['public_key', { public_key: 'ssh-dss AAAA' }],
      ['public_key', { public_key: 'ssh-ed25519 AAAA' }],
      ['public_key', { public_key: weak.replace('ssh-ed25519', 'ssh-rsa') }],
      ['expires_in_minutes', { public_key: weak, expires_in_minutes: 0 }],
      ['expires_in_minutes', { public_key: weak, expires_in_minutes: 1441 }],
      ['user', { public_key: weak, user: 'no such/account' }],
    ] as const) {
      const answer = await call(`${sandbox.id}/ssh-access`, body);
      const { error, details } = (await answer.json()) as { error: unknown; details: { field: string } };
      assert.equal(answer.status, 400, JSON.stringify(error));
      assert.match(JSON.stringify([error, details]), new RegExp(field));
    }
    assert.equal((await call('sb_none/ssh-access', { public_key: weak })).status, 404);
    const unknown = await call(`${sandbox.id}/ssh-access/ssh_none`, undefined, 'DELETE');
    assert.equal(unknown.status, 404);
  });
});

const hostOf = (url: string) => new URL(url).hostname.replace('127.0.0.1', '169.254.169.254');
