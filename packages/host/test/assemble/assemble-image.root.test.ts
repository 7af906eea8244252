import assert from 'node:assert/strict';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import type { HostClient } from '../../src/client.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import { type BaseSite, makeBaseSite } from '../fixtures/host-with-base.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

const kind = proto.SnapshotKind.FILESYSTEM;

let site: BaseSite;
let client: HostClient;
let pid: number;

before(async () => {
  site = await makeBaseSite('10.241.4.0/22');
  const host = await site.start();
  client = host.client;
  pid = host.child.pid!;
});

after(async () => {
  await site?.close();
});

/** Runs a script on an image or a saved layer, and saves what it leaves as a layer. */
async function step(
  from: { image: string } | { snapshotId: string },
  script: string,
  snapshotId: string,
): Promise<void> {
  const sandboxId = `bld_${snapshotId}`;
  const spec = { image: site.image, vcpus: 1, memoryMb: 256, diskMb: 4096, internetAccess: false };
  const order = 'image' in from ? { spec: { ...spec, ...from } } : from;
  const { instance } = await client.createInstance({ sandboxId, ...order });
  await guestOf(instance!).run(script);
  await client.saveSnapshot({ sandboxId, snapshotId, kind });
  await drop(sandboxId);
}

async function drop(sandboxId: string): Promise<void> {
  await client.killInstance({ sandboxId });
  await client.forgetInstances({ sandboxIds: [sandboxId] });
}

async function look(order: Parameters<HostClient['createInstance']>[0], script: string): Promise<string> {
  const { instance } = await client.createInstance({ sandboxId: 'sb_look', ...order });
  try {
    return await guestOf(instance!).run(script);
  } finally {
    await drop('sb_look');
  }
}

const spec = { vcpus: 1, memoryMb: 256, diskMb: 512, internetAccess: false };

const change = `
set -e
mkdir -p /work/deep/er && echo one > /work/deep/er/file
ln /work/deep/er/file /work/hard && ln -s /work/hard /work/soft && ln -s nowhere /work/dangling
head -c 3000000 /dev/urandom > /work/random && truncate -s 50000001 /work/sparse && echo end >> /work/sparse
chmod 4711 /work/hard && chown 1000:1000 /work/random && mkfifo /work/fifo && touch "/work/ä ö
newline"
rm -rf /usr/share/doc && mkdir /usr/share/doc && echo new > /usr/share/doc/only
rm /etc/debian_version && rm -rf /var/cache/apt && mv /usr/lib/os-release /work/moved
echo 'app:x:2000:2000::/:/bin/sh' >> /etc/passwd && chmod 700 /opt && mv /etc/skel /etc/skeleton
mkdir /work/many && cd /work/many && seq 3000 | xargs touch && rm 1 2 3
`;

const describe = String.raw`
cd / && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./.nullspace -o -path ./tmp -o -path ./run \) -prune -o \
  -printf '%p %y %m %U %G %n %l ' \( -type f -printf '%s %Ts' -o -printf '' \) -printf '\n' \
  | grep -v -E '^\./etc/(hostname|hosts|resolv.conf|machine-id) |^\./var/lib/dbus' | LC_ALL=C sort > /tmp/list
find . -xdev -type f \( -path './work/*' -o -path './etc/*' -o -path './opt/*' -o -path './usr/share/*' \) ! -path './etc/host*' ! -path './etc/resolv.conf' ! -path './etc/machine-id' -print0 \
  | LC_ALL=C sort -z | xargs -0 sha256sum > /tmp/sums
wc -l < /tmp/list; sha256sum < /tmp/list; sha256sum < /tmp/sums; cat /etc/debian_version 2>/dev/null; ls /usr/share/doc /etc/skeleton -A`;

test('the image of saved files has the very files that the sandbox had', async () => {
  await step({ image: site.image }, change, 'layer_one');
  // Times of saved files are whole seconds, so the comparison is with what starts from the layer.
  const saved = await look({ snapshotId: 'layer_one' }, describe);
  const { image, sizeBytes } = await client.assembleImage({ snapshotId: 'layer_one' });
  assert.match(image, /^sha256-/);
  assert.notEqual(image, site.image);
  assert.ok(sizeBytes > 3_000_000n);
  assert.equal(await look({ spec: { ...spec, image } }, describe), saved);
  assert.ok(Number(saved.split('\n')[0]) > 5000);
  // What the platform writes at each start is not of the build.
  const own = 'cat /etc/hostname; cat /etc/machine-id';
  assert.doesNotMatch(await look({ spec: { ...spec, image } }, own), /bld/);
});

test('a layer on a layer, and an image on an image, hold what all steps have left', async () => {
  await step(
    { snapshotId: 'layer_one' },
    'rm /work/random; echo two > /work/second; rm -rf /work/many',
    'layer_two',
  );
  const two = await client.assembleImage({ snapshotId: 'layer_two' });
  const seen = 'ls /work; cat /work/second /work/hard';
  const listed = 'dangling\ndeep\nfifo\nhard\nmoved\nsecond\nsoft\nsparse\nä ö\nnewline\ntwo\none';
  assert.equal(await look({ spec: { ...spec, image: two.image } }, seen), listed);
  await step({ image: two.image }, 'rm /work/second; echo three > /work/third', 'layer_three');
  const three = await client.assembleImage({ snapshotId: 'layer_three' });
  assert.equal(
    await look(
      { spec: { ...spec, image: three.image } },
      'cat /work/third; ls /work/second 2>/dev/null || echo gone',
    ),
    'three\ngone',
  );
  // The image of a step is needed by the layer that lies on it.
  assert.equal((await refusal(client.deleteImage({ image: two.image }))).code, 'image_in_use');
  await client.deleteSnapshot({ snapshotId: 'layer_three' });
  await client.deleteImage({ image: three.image });
  await client.deleteImage({ image: two.image });
});

test('the same layer gives the same image, at once and made anew', async () => {
  const calls = await Promise.all([1, 2, 3].map(() => client.assembleImage({ snapshotId: 'layer_one' })));
  const images = new Set(calls.map(({ image }) => image));
  assert.equal(images.size, 1);
  const [image] = images;
  await client.deleteImage({ image: image! });
  assert.equal((await client.assembleImage({ snapshotId: 'layer_one' })).image, image);
});

test('what cannot be assembled is refused and leaves nothing', async () => {
  assert.equal((await refusal(client.assembleImage({ snapshotId: 'none' }))).code, 'snapshot_not_found');
  assert.equal((await refusal(client.assembleImage({ snapshotId: '../x' }))).code, 'invalid_request');
  const order = { sandboxId: 'sb_memory', spec: { ...spec, image: site.image } };
  await client.createInstance(order);
  await client.saveSnapshot({ sandboxId: 'sb_memory', snapshotId: 'snap_memory' });
  await drop('sb_memory');
  const memory = await refusal(client.assembleImage({ snapshotId: 'snap_memory' }));
  assert.deepEqual([memory.code, memory.field], ['invalid_request', 'snapshot_id']);
  await step({ image: site.image }, 'head -c 200000 /dev/urandom > /root/x', 'layer_damaged');
  const pages = await open(join(site.dataDir, 'host/snapshots/layer_damaged/files/multitar.img'), 'r+');
  await pages.write(Buffer.from('damage'), 0, 6, 600);
  await pages.close();
  assert.equal(
    (await refusal(client.assembleImage({ snapshotId: 'layer_damaged' }))).code,
    'snapshot_corrupt',
  );
  const left = (await readdir(join(site.dataDir, 'host/images'))).filter((name) => name.endsWith('.made'));
  assert.deepEqual(left, []);
});

test('an assembly whose caller has gone ends, with its program and its file', async () => {
  await step({ image: site.image }, 'head -c 300000000 /dev/urandom > /root/large', 'layer_large');
  const call = new AbortController();
  const gone = client.assembleImage({ snapshotId: 'layer_large' }, { signal: call.signal });
  const folder = join(site.dataDir, 'host/images');
  const made = async () => (await readdir(folder)).filter((name) => name.endsWith('.made'));
  await until(async () => (await made()).length > 0);
  call.abort();
  await assert.rejects(gone);
  await until(async () => (await made()).length === 0);
  for (const child of (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ')) {
    const line = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    assert.ok(!line.includes('/imager'), line);
  }
  const { image } = await client.assembleImage({ snapshotId: 'layer_large' });
  assert.ok((await stat(join(folder, `${image}.erofs`))).size > 300_000_000);
});

test('a sandbox goes on from the memory of a template with its own environment and folder', async () => {
  const order = { sandboxId: 'bld_template', spec: { ...spec, image: site.image, env: { BUILD: '1' } } };
  const { instance } = await client.createInstance(order);
  await guestOf(instance!).start(
    'mkdir -p /srv/www && cd /srv/www && echo served > index.html && exec python3 -m http.server 8000',
  );
  const ask = 'curl -fsS http://127.0.0.1:8000/';
  await until(
    async () =>
      (await guestOf(instance!)
        .run(ask)
        .catch(() => '')) === 'served',
    { everyMs: 100 },
  );
  await client.saveSnapshot({
    sandboxId: 'bld_template',
    snapshotId: 'tsnap',
    kind: proto.SnapshotKind.MEMORY,
  });
  await drop('bld_template');
  const create = (sandboxId: string, more: Record<string, unknown>) =>
    client.createInstance({
      sandboxId,
      snapshotId: 'tsnap',
      templateSnapshot: true,
      pauseSnapshotId: `snap_of_${sandboxId}`,
      spec: { ...spec, image: site.image, ...more },
    });
  const made = await create('sb_made', { env: { OWN: '2' }, cwd: '/opt/app', hostname: 'own-name' });
  const seen = `${ask}; echo "$OWN$BUILD"; pwd; hostname`;
  assert.equal(await guestOf(made.instance!).run(seen), 'served\n2\n/opt/app\nown-name');
  const other = await refusal(create('sb_other', { diskMb: 1024 }));
  assert.deepEqual([other.code, other.field], ['invalid_request', 'spec.disk_mb']);
  await client.deleteSnapshot({ snapshotId: 'tsnap' });
  await client.pauseInstance({ sandboxId: 'sb_made' });
  const next = await client.createInstance({ sandboxId: 'sb_next', snapshotId: 'snap_of_sb_made' });
  assert.equal(await guestOf(next.instance!).run(`${ask}; echo "$OWN"`), 'served\n2');
  for (const id of ['sb_made', 'sb_next']) await drop(id);
});
