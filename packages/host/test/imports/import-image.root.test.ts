import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import type { HostClient } from '../../src/client.ts';
import { makeEmptySite } from '../fixtures/empty-site.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import type { HostProcess } from '../fixtures/host-process.ts';
import { importImage } from '../fixtures/import-image.ts';
import { refusal } from '../fixtures/refusal.ts';
import { startRegistry, type TestRegistry } from '../fixtures/registry.ts';
import { makeTar, type TarEntry } from '../fixtures/tar.ts';
import { tinyLayer } from '../fixtures/tiny-image.ts';

let registry: TestRegistry;
let site: Awaited<ReturnType<typeof makeEmptySite>>;
let host: HostProcess;
let client: HostClient;

before(async () => {
  registry = await startRegistry();
  site = await makeEmptySite('10.241.0.0/22', { NULLSPACE_INSECURE_REGISTRIES: '127.0.0.1' });
  host = await site.start();
  client = host.client;
});

after(async () => {
  await site?.close();
  await registry?.close();
});

/** Runs a script in a sandbox of an image. */
async function inImage<T>(image: string, use: (guest: ReturnType<typeof guestOf>) => Promise<T>): Promise<T> {
  const spec = { image, vcpus: 1, memoryMb: 256, diskMb: 512, internetAccess: false };
  const { instance } = await client.createInstance({
    sandboxId: 'sb_look',
    spec,
    imageEnv: { PATH: '/bin' },
  });
  try {
    return await use(guestOf(instance!));
  } finally {
    await client.killInstance({ sandboxId: 'sb_look' });
    await client.forgetInstances({ sandboxIds: ['sb_look'] });
  }
}

async function push(name: string, ...layers: TarEntry[][]): Promise<string> {
  return await registry.push(name, {
    layers: [await tinyLayer(), ...layers.map((entries) => makeTar(entries))],
  });
}

test('an image of busybox alone becomes one that sandboxes start from, with the accounts that they need', async () => {
  const config = { User: 'app', Env: ['PATH=/bin', 'A=1'], ExposedPorts: { '8080/tcp': {} } };
  const passwd = { path: 'etc/passwd', content: 'app:x:1000:1000::/app:/bin/sh\n' };
  const reference = await registry.push('tiny', { layers: [await tinyLayer(), makeTar([passwd])], config });
  const { done, phases } = await importImage(client, { reference });
  assert.match(done.image, /^sha256-[0-9a-f]{64}$/);
  assert.match(done.manifestDigest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(JSON.parse(done.configJson).config, config);
  assert.equal(done.cached, false);
  assert.ok(phases.size > 0);
  await inImage(done.image, async (guest) => {
    assert.equal(
      await guest.run('cat /etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/bin/sh\nuser:x:1001:1001::/home/user:/bin/sh',
    );
    assert.equal(
      await guest.run('stat -c "%U %a" /home/user; stat -c %a /tmp /workspace'),
      'user 755\n1777\n755',
    );
    // In memory it would count against that of the guest.
    assert.doesNotMatch(await guest.run('cat /proc/mounts'), / \/tmp tmpfs/);
  });
});

test('layers lie over one another as the images say', async () => {
  const reference = await push(
    'layers',
    [
      { path: 'data/gone', content: 'x' },
      { path: 'data/kept', content: 'kept' },
      { path: 'hidden/deep/file', content: 'x' },
      { path: 'hidden/other', content: 'x' },
      { path: 'tool', content: '#!/bin/sh\n', mode: 0o4755, uid: 7, gid: 8, mtime: 1_234_567_890 },
      { path: 'tool-link', type: 'link', target: 'tool' },
      { path: 'real/' },
      { path: 'alias', type: 'symlink', target: 'real' },
      { path: 'turns-folder', content: 'file' },
      { path: 'marked', content: 'm', xattrs: { 'user.mark': 'y', 'security.capability': 'x' } },
    ],
    [
      { path: 'data/.wh.gone' },
      { path: 'hidden/.wh..wh..opq' },
      { path: 'hidden/new', content: 'new' },
      // Leads through a link of the layer below.
      { path: 'alias/through', content: 'through' },
      { path: 'turns-folder/', mode: 0o700 },
      { path: 'turns-folder/in', content: 'in' },
      { path: 'device', type: 'char', device: [1, 3] },
      { path: 'disk', type: 'block', device: [8, 0] },
      { path: 'fifo', type: 'fifo' },
    ],
  );
  const { done } = await importImage(client, { reference });
  await inImage(done.image, async (guest) => {
    assert.equal(await guest.run('ls /data /hidden'), '/data:\nkept\n\n/hidden:\nnew');
    assert.equal(await guest.run('cat /data/kept /real/through /turns-folder/in /marked'), 'keptthroughinm');
    assert.equal(
      await guest.run('stat -c "%a %u %g %Y %h %F" /tool /tool-link'),
      Array(2).fill('4755 7 8 1234567890 2 regular file').join('\n'),
    );
    assert.equal(await guest.run('stat -c %i /tool'), await guest.run('stat -c %i /tool-link'));
    assert.equal(await guest.run('readlink /alias; stat -c %a /turns-folder'), 'real\n700');
    // A device of an image is nothing that leads to the machine.
    await assert.rejects(guest.run('head -c 1 /disk'));
  });
});

test('what was pulled is not pulled again, and equal imports at once are one', async () => {
  const reference = await push('cached', [{ path: 'cached', content: 'x' }]);
  const together = await Promise.all([1, 2, 3, 4].map(() => importImage(client, { reference })));
  assert.equal(new Set(together.map(({ done }) => done.image)).size, 1);
  const again = await importImage(client, { reference });
  assert.deepEqual([again.done.cached, again.done.image], [true, together[0]!.done.image]);
  const anew = await importImage(client, { reference, refresh: true });
  assert.deepEqual([anew.done.cached, anew.done.image], [true, together[0]!.done.image]);
  // Another name of the same image, by its digest.
  const byDigest = `${reference.replace(':latest', '')}@${again.done.manifestDigest}`;
  assert.equal((await importImage(client, { reference: byDigest })).done.image, again.done.image);
  // The tag moves.
  await push('cached', [{ path: 'cached', content: 'y' }]);
  assert.equal((await importImage(client, { reference })).done.image, again.done.image);
  assert.notEqual((await importImage(client, { reference, refresh: true })).done.image, again.done.image);
});

test('the image of this machine is taken out of several, and one of another is refused with both', async () => {
  const own = process.arch === 'x64' ? 'amd64' : process.arch;
  const layers = [await tinyLayer()];
  const reference = await registry.pushIndex('several', [
    { architecture: 's390x', image: { layers: [makeTar([{ path: 'wrong', content: '' }])] } },
    { architecture: own, image: { layers } },
  ]);
  const { done } = await importImage(client, { reference });
  assert.equal(await inImage(done.image, (guest) => guest.run('ls /wrong 2>/dev/null; echo no')), 'no');
  const members = [{ architecture: 's390x', image: { layers } }];
  for (const other of [
    await registry.pushIndex('foreign-list', members),
    await registry.push('foreign', { layers, architecture: 's390x' }),
  ]) {
    const error = await refusal(importImage(client, { reference: other }));
    assert.equal(error.code, 'image_unsupported');
    assert.match(error.message, new RegExp(`for linux/s390x, .* linux/${own}`));
  }
});

test('an image that nothing needs is removed, and imported again after that', async () => {
  const reference = await push('removed', [{ path: 'removed', content: 'x' }]);
  const { done } = await importImage(client, { reference });
  const { image } = done;
  const spec = { image, vcpus: 1, memoryMb: 256, diskMb: 512, internetAccess: false };
  await client.createInstance({ sandboxId: 'sb_user', spec, pauseSnapshotId: 'snap_user' });
  const inUse = await refusal(client.deleteImage({ image }));
  assert.deepEqual([inUse.code, inUse.field], ['image_in_use', 'image']);
  assert.match(inUse.message, /sandbox sb_user/);
  const kind = proto.SnapshotKind.FILESYSTEM;
  await client.saveSnapshot({ sandboxId: 'sb_user', snapshotId: 'snap_of_image', kind });
  await client.pauseInstance({ sandboxId: 'sb_user' });
  assert.equal((await refusal(client.deleteImage({ image }))).code, 'image_in_use');
  await client.killInstance({ sandboxId: 'sb_user' });
  await client.forgetInstances({ sandboxIds: ['sb_user'] });
  assert.match((await refusal(client.deleteImage({ image }))).message, /snapshot snap_of_image/);
  await client.deleteSnapshot({ snapshotId: 'snap_of_image' });
  await client.deleteImage({ image });
  await client.deleteImage({ image });
  assert.equal(
    (await refusal(client.createInstance({ sandboxId: 'sb_late', spec }))).code,
    'image_not_found',
  );
  const again = await importImage(client, { reference });
  assert.deepEqual([again.done.image, again.done.cached], [image, false]);
  const { uses } = await client.describeDisk({});
  assert.ok(uses.some(({ kind, id }) => kind === 'image' && id === image));
  assert.ok(uses.some(({ kind, bytes }) => kind === 'layer' && bytes > 0n));
});

test('a host that is killed while it imports leaves nothing unfinished', async () => {
  const large = { path: 'large', content: Buffer.alloc(64 * 1024 * 1024, 'some text that is long ') };
  const reference = await push('killed', [large]);
  const importing = importImage(client, { reference }, ({ phase }) => {
    if (phase === 'unpack' || phase === 'pull') host.child.kill('SIGKILL');
  });
  await assert.rejects(importing);
  await host.ended;
  host = await site.start();
  client = host.client;
  const left = [
    ...(await readdir(join(site.dataDir, 'host/images'))),
    ...(await readdir(join(site.dataDir, 'host/layers'))),
  ];
  assert.deepEqual(
    left.filter((name) => !/^sha256-[0-9a-f]{64}(\.erofs)?$/.test(name)),
    [],
  );
  assert.equal((await importImage(client, { reference })).done.cached, false);
  for (const pid of await readdir('/proc')) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    assert.ok(!(line.includes('/imager') && line.includes('fetch')), `${pid}: ${line.replaceAll('\0', ' ')}`);
  }
});

test('an image of many large layers holds all of them', async () => {
  const megabytes = process.env.NULLSPACE_TEST_LONG ? 1024 : 32;
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  const content = Buffer.alloc(megabytes * 1024 * 1024, random);
  const layers = [await tinyLayer(), ...[1, 2, 3, 4].map((n) => makeTar([{ path: `large/${n}`, content }]))];
  const reference = await registry.push('large', { layers, uncompressed: true });
  const { done } = await importImage(client, { reference });
  assert.ok(Number(done.sizeBytes) >= 4 * content.length);
  await inImage(done.image, async (guest) => {
    assert.equal(await guest.run('wc -c /large/4 | cut -d" " -f1'), String(content.length));
    assert.equal(await guest.run('cmp /large/1 /large/4 && echo same'), 'same');
  });
  await client.deleteImage({ image: done.image });
});
