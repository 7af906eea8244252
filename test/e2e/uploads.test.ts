import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';
import { sha256, type UploadAnswer, WireUploads } from '../harness/wire-uploads.ts';

const PART = 8 * 1024 * 1024;

describe('uploads under faults', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  let uploads: WireUploads;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, diskMb: 1024 });
    uploads = new WireUploads(installation, sandbox.id);
  });

  const now = async () => Sandbox.connect(sandbox.id, installation.connection);
  const sumOf = async (path: string) =>
    (await (await now()).commands.run(['sha256sum', path])).stdout.split(' ')[0];
  const killServer = async () => {
    await installation.server.kill('SIGKILL');
    await installation.startServer();
  };
  const staged = (id: string) => join(installation.dataDir, 'server/uploads', id);
  const namesOf = (id: string) => readdirSync(staged(id)).sort();
  const reasonOf = ({ body }: UploadAnswer) => body.error.error_detail?.reason;
  const arrived = (id: string) =>
    namesOf(id).some((name) => name.startsWith('arriving-') && statSync(join(staged(id), name)).size > 0);

  test('a server killed within a part and between parts loses no part that it had taken', async () => {
    const content = randomBytes(2 * PART + 11);
    await sandbox.files.write('/data/cut', 'old');
    const session = await uploads.open('/data/cut', content);
    const id = session.upload_id;
    await uploads.part(id, 1, content.subarray(PART, 2 * PART));
    const cut = uploads.beginPart(id, 0, content.subarray(0, PART / 2));
    await until(() => arrived(id), 'half a part is on the disk');
    await killServer();
    cut.destroy();
    const after = await uploads.read(id);
    assert.deepEqual(
      [after.body.status, after.body.next_part, after.body.accepted_bytes],
      ['uploading', 0, PART],
    );
    await until(() => namesOf(id).length === 1, 'the half part is removed');
    const early = await uploads.complete(id);
    assert.deepEqual([early.status, reasonOf(early)], [409, 'missing_parts']);
    assert.equal(await (await now()).files.read('/data/cut'), 'old');

    await uploads.part(id, 0, content.subarray(0, PART));
    await killServer();
    assert.equal((await uploads.read(id)).body.next_part, 2);
    await uploads.parts(session, content, 2);
    await killServer();
    assert.equal((await uploads.read(id)).body.status, 'staged');
    const done = await uploads.complete(id, { whole_checksum_sha256: sha256(content) });
    assert.deepEqual([done.status, done.body.session.status], [200, 'completed']);
    assert.equal(await sumOf('/data/cut'), sha256(content));
  });

  for (const conflict of ['merge', 'error'])
    test(`a server killed while it completes leaves the old file or the new one (${conflict})`, async (t) => {
      const content = randomBytes(5 * PART);
      for (const [round, delay] of [0, 100].entries()) {
        const path = `/data/completed-${conflict}-${round}`;
        if (conflict === 'merge') await (await now()).files.write(path, 'old');
        const session = await uploads.open(path, content, { conflict });
        await uploads.parts(session, content);
        const completing = uploads.complete(session.upload_id).catch(() => undefined);
        await until(
          async () => !['uploading', 'staged'].includes((await uploads.read(session.upload_id)).body.status),
          'it completes',
        );
        await sleep(delay);
        await killServer();
        await completing;
        const again = await now();
        const found = (await again.files.exists(path)) ? await sumOf(path) : 'none';
        const old = conflict === 'merge' ? sha256(Buffer.from('old')) : 'none';
        assert.ok([old, sha256(content)].includes(String(found)), `neither old nor new: ${found}`);
        t.diagnostic(`killed after ${delay} ms: ${found === old ? 'old' : 'new'}`);
        // As if the kill had come after the file was in its place, and before that was recorded.
        if (conflict === 'error' && round === 1 && found === 'none') await again.files.write(path, content);
        const done = await uploads.complete(session.upload_id);
        assert.deepEqual(
          [done.status, done.body.published_bytes],
          [200, content.length],
          JSON.stringify(done.body),
        );
        assert.equal(await sumOf(path), sha256(content));
        const names = (await again.files.list('/data')).map(({ name }) => name);
        assert.deepEqual(
          names.filter((name) => !/^(cut|completed-\w+-\d)$/.test(name)),
          [],
          'nothing half written is left',
        );
      }
    });

  test('a part that comes twice counts once, and a wrong one not at all', async () => {
    const content = randomBytes(PART + 5);
    const session = await uploads.open('/data/twice', content);
    const id = session.upload_id;
    const first = content.subarray(0, PART);
    const both = await Promise.all([uploads.part(id, 0, first), uploads.part(id, 0, first)]);
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
    );
    const wrong = await uploads.part(id, 1, Buffer.from('wrong'), sha256(Buffer.from('other')));
    assert.deepEqual([wrong.status, reasonOf(wrong)], [422, 'invalid_part_checksum']);
    const short = await uploads.part(id, 1, Buffer.from('1234'));
    assert.equal(reasonOf(short), 'part_size_mismatch');
    assert.equal(reasonOf(await uploads.part(id, 2, Buffer.from('12345'))), 'part_out_of_range');
    assert.equal(reasonOf(await uploads.complete(id)), 'missing_parts');
    assert.deepEqual(namesOf(id), [`0-${sha256(first)}`]);
    await uploads.parts(session, content, 1);
    const mismatch = await uploads.complete(id, { whole_checksum_sha256: sha256(first) });
    assert.equal(reasonOf(mismatch), 'whole_checksum_mismatch');
    assert.equal(await (await now()).files.exists('/data/twice'), false);
  });

  test('two sessions onto one path publish one whole file, and one that must not replace says so', async () => {
    const contents = [randomBytes(2 * PART), randomBytes(2 * PART + 1)];
    const sessions = await Promise.all(contents.map((content) => uploads.open('/data/raced', content)));
    const careful = await uploads.open('/data/raced', contents[0]!, { conflict: 'error' });
    await Promise.all(sessions.map((session, index) => uploads.parts(session, contents[index]!)));
    const done = await Promise.all(sessions.map(({ upload_id }) => uploads.complete(upload_id)));
    assert.deepEqual(
      done.map(({ status }) => status),
      [200, 200],
    );
    const published = await sumOf('/data/raced');
    assert.ok(contents.map(sha256).includes(String(published)));
    await uploads.parts(careful, contents[0]!);
    const refused = await uploads.complete(careful.upload_id);
    assert.deepEqual([refused.status, reasonOf(refused)], [409, 'target_conflict']);
    const late = await uploads.create({ target_path: '/data/raced', content_length: 1, conflict: 'error' });
    assert.deepEqual([late.status, reasonOf(late)], [409, 'target_conflict']);
    assert.equal(await sumOf('/data/raced'), published);
  });

  test('a target that can never be written is refused before a byte is sent', async () => {
    const tar = { kind: 'directory_tar', source_kind: 'directory_archive', archive_format: 'tar' };
    for (const [target_path, says, more] of [
      ['/etc/passwd/x', 'lies below a file', {}],
      ['/workspace/.nullspace/x', 'lies in /workspace/.nullspace', {}],
      [`/data/${'n'.repeat(256)}`, 'has a name of more than 255 bytes', {}],
      ['/dev/null', 'is a device', {}],
      ['/tmp', 'is a directory', {}],
      ['/', 'is the root directory', tar],
      ['/etc/passwd', 'is not a directory', tar],
    ] as const) {
      const { status, body } = await uploads.create({ target_path, content_length: 5, ...more });
      assert.deepEqual(
        [status, body.code, body.error.details?.field],
        [400, 'invalid_request', 'target_path'],
      );
      assert.ok(body.error.message.includes(says), body.error.message);
    }
  });

  test('a full disk of the server refuses parts and sessions, and loses nothing', async (t) => {
    const content = randomBytes(2 * PART);
    const folder = join(installation.dataDir, 'server/uploads');
    mkdirSync(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1g,mode=0700', 'nullspace-test', folder]);
    t.after(() => execFileSync('umount', ['-l', folder]));
    const session = await uploads.open('/data/fits', content);
    await uploads.part(session.upload_id, 1, content.subarray(PART));
    execFileSync('mount', ['-o', 'remount,size=12m', folder]);
    const full = await uploads.part(session.upload_id, 0, content.subarray(0, PART));
    assert.deepEqual([full.status, reasonOf(full)], [507, 'insufficient_staging_space']);
    assert.equal(full.body.error.error_detail.retryable, true);
    const other = await uploads.create({ target_path: '/data/other', content_length: 1 });
    assert.deepEqual([other.status, reasonOf(other)], [507, 'insufficient_staging_space']);
    assert.deepEqual(namesOf(session.upload_id), [`1-${sha256(content.subarray(PART))}`]);
    execFileSync('mount', ['-o', 'remount,size=1g', folder]);
    await uploads.part(session.upload_id, 0, content.subarray(0, PART));
    assert.equal((await uploads.complete(session.upload_id)).status, 200);
    assert.equal(await sumOf('/data/fits'), sha256(content));
  });

  test('a full disk of the sandbox keeps the old file and the session', async () => {
    const content = randomBytes(PART);
    const inside = await now();
    await inside.files.write('/data/full', 'old');
    const session = await uploads.open('/data/full', content);
    await uploads.parts(session, content);
    await inside.commands.run('dd if=/dev/zero of=/workspace/fill bs=1M count=2000', {
      shell: true,
      timeoutSecs: 120,
    });
    const refused = await uploads.complete(session.upload_id);
    assert.deepEqual([refused.status, refused.body.error.code], [507, 'quota_exceeded']);
    assert.equal(await inside.files.read('/data/full'), 'old');
    await inside.files.remove('/workspace/fill');
    assert.equal((await uploads.complete(session.upload_id)).status, 200);
    assert.equal(await sumOf('/data/full'), sha256(content));
  });
});
