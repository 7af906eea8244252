import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { grantAccess } from '../harness/ssh-access.ts';
import { SshClient } from '../harness/ssh-client.ts';
import { suite } from '../harness/suite.ts';

const service = readFileSync(new URL('../guest/web-service.mjs', import.meta.url));
const TOKEN = 'x-nullspace-traffic-access-token';
/** The promise; time counts from the answer of the call that ended it. */
const WITHIN_MS = 1000;

type Headers = Record<string, string>;

/** Something open, and when it was over. */
interface Held {
  name: string;
  over: Promise<number>;
}

/** A response that never ends by itself. */
async function holdAnswer(name: string, url: string, headers: Headers = {}): Promise<Held> {
  const answer = await fetch(url, { headers });
  assert.equal(answer.status, 200, name);
  const reader = answer.body!.getReader();
  await reader.read();
  const drain = async () => {
    while (!(await reader.read().catch(() => ({ done: true }))).done);
    return performance.now();
  };
  return { name, over: drain() };
}

async function holdSocket(name: string, url: string, headers: Headers = {}): Promise<Held> {
  const socket = new WebSocket(url, { headers });
  const over = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now())));
  await once(socket, 'open');
  return { name, over };
}

/** Runs what cuts, and sees that all is over in time. */
async function cutsInTime(held: Held[], cut: () => Promise<unknown>): Promise<void> {
  await cut();
  const answered = performance.now();
  for (const { name, over } of held) {
    const late = (await over) - answered;
    assert.ok(late < WITHIN_MS, `${name} was over ${late} ms after the answer`);
  }
}

describe('open connections are cut within a second', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let host: string;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, timeout: 3600 });
    await sandbox.files.write('/srv/web-service.mjs', service);
    const args = ['/srv/web-service.mjs', '3000'];
    await sandbox.commands.run('node', { args, background: true });
    assert.ok((await sandbox.previews.waitFor(3000, { kind: 'http' })).ready);
    ({ host } = await sandbox.previews.host(3000));
  });

  const stays = async (held: Held) => {
    const first = await Promise.race([
      held.over,
      new Promise<string>((done) => setTimeout(done, 1500, 'open')),
    ]);
    assert.equal(first, 'open', held.name);
  };
  const withPath = (url: string, path: string) => Object.assign(new URL(url), { pathname: path }).href;

  test('when a signed URL is revoked, and only those of its grant', async () => {
    const signed = await sandbox.previews.sign(3000);
    const other = await sandbox.previews.sign(3000);
    const held = [
      await holdAnswer('a stream', withPath(signed.url, '/events')),
      await holdSocket('a WebSocket', signed.websocketUrl),
    ];
    const neighbour = await holdSocket('another grant', other.websocketUrl);
    await cutsInTime(held, () => sandbox.previews.revoke(signed.grant.id));
    assert.equal((await fetch(signed.url)).status, 401);
    await stays(neighbour);
    await cutsInTime([neighbour], () => sandbox.previews.revoke(other.grant.id));
  });

  test('when the grant of a proxy is revoked', async () => {
    const { grant, tokenHeader, http, websocket } = await sandbox.previews.proxyTarget(3000);
    const held = [
      await holdAnswer('a stream', `${http!.url}events`, { [tokenHeader]: http!.token }),
      await holdSocket('a WebSocket', websocket!.url, { [tokenHeader]: websocket!.token }),
    ];
    await cutsInTime(held, () => sandbox.previews.revoke(grant.id));
  });

  test('when an SSH access is revoked, its forwards too', async () => {
    const client = new SshClient(context);
    const access = await grantAccess(installation, sandbox, { client });
    const shell = client.start(access, ['echo inside; exec sleep 1000'], { user: access.access_id });
    const tunnel = client.start(access, [], { flags: ['-W', '127.0.0.1:3000'], user: access.access_id });
    tunnel.stdin!.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    const held = [];
    for (const [name, child] of Object.entries({ shell, tunnel })) {
      await once(child.stdout!, 'data');
      const over = new Promise<number>((resolve) => child.once('exit', () => resolve(performance.now())));
      held.push({ name, over });
    }
    await cutsInTime(held, () => sandbox.ssh.revoke(access.access_id));
  });

  test('when a public sandbox becomes private, and opens to its token alone', async () => {
    const url = `http://${host}/events`;
    const signed = await sandbox.previews.sign(3000);
    const held = [
      await holdAnswer('a stream', url),
      await holdSocket('a WebSocket', `ws://${host}/`),
      await holdSocket('a WebSocket by a grant', signed.websocketUrl),
    ];
    let token = '';
    await cutsInTime(held, async () => {
      const info = await sandbox.network.update({ allowPublicTraffic: false });
      assert.equal(info.network?.allowPublicTraffic, false);
      token = info.trafficAccessToken ?? '';
    });
    assert.match(token, /^nst_/);
    assert.equal((await sandbox.getInfo()).trafficAccessToken, token);
    const status = async (headers: Headers = {}, at = `http://${host}/echo`) =>
      (await fetch(at, { headers })).status;
    assert.deepEqual([await status(), await status({ [TOKEN]: 'nst_wrong' })], [401, 401]);
    assert.equal(await status({ [TOKEN]: token }), 200);
    await assert.rejects(holdSocket('without a token', `ws://${host}/`), /401/);

    const kept = await holdSocket('with the token', `ws://${host}/`, { [TOKEN]: token });
    const again = await sandbox.network.update({ allowPublicTraffic: false });
    assert.equal(again.trafficAccessToken, token, 'a token that counts is kept');
    await stays(kept);
    const visit = await fetch(`http://${host}/echo?traffic_access_token=${token}`);
    const cookie = visit.headers.get('set-cookie')!.split(';')[0]!;
    assert.equal(await status({ cookie }), 200);

    const open = await sandbox.network.update({ allowPublicTraffic: true });
    assert.equal(open.trafficAccessToken, undefined);
    assert.equal(await status(), 200);
    const since = await holdAnswer('a stream meanwhile', url);
    let next = '';
    await cutsInTime([kept, since], async () => {
      next = (await sandbox.network.update({ allowPublicTraffic: false })).trafficAccessToken ?? '';
    });
    assert.notEqual(next, token);
    assert.deepEqual([await status({ [TOKEN]: token }), await status({ cookie })], [401, 401]);
    assert.equal(await status({ [TOKEN]: next }), 200);
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    sandbox = await Sandbox.connect(sandbox.id, installation.connection);
    assert.equal(await status({ [TOKEN]: next }), 200);
    assert.equal(await status(), 401);
  });

  test('and what is no answer to public or private is refused', async () => {
    const before = await sandbox.getInfo();
    for (const value of ['no', 0, null]) {
      const answer = await fetch(`${installation.url}/v1/sandboxes/${sandbox.id}/network`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ allow_public_traffic: value }),
      });
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /allow_public_traffic/);
    }
    const { network, trafficAccessToken } = await sandbox.getInfo();
    assert.deepEqual([network, trafficAccessToken], [before.network, before.trafficAccessToken]);
  });
});
