import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { type CreateOptions, Lifecycle, Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const service = readFileSync(new URL('../guest/web-service.mjs', import.meta.url));
const PORT = 3000;

describe('previews under load and with clients and services that go', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let host: string;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await create({});
    host = await sandbox.getHost(PORT);
  });

  async function create(options: CreateOptions): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 3600, ...options });
    context.after(() => made.kill().catch(() => undefined));
    if (options.snapshotId !== undefined) return made;
    await made.files.write('/srv/web-service.mjs', service);
    await made.commands.run('node', { args: ['/srv/web-service.mjs', String(PORT)], background: true });
    assert.equal((await made.previews.waitFor(PORT)).ready, true);
    return made;
  }

  const stateOf = async (where: string) =>
    (await (await fetch(`http://${where}/state`)).json()) as { hanging: number; sockets: number };

  test('leave no connection of the server to a service that does not care who has gone', async () => {
    const descriptors = () => readdirSync(`/proc/${installation.server.pid}/fd`).length;
    const before = descriptors();
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open(`ws://${host}/deaf`)));
    // Few of those that were open before may have gone.
    assert.ok(descriptors() > before + 150, 'both ends are open');
    for (const socket of sockets) socket.terminate();
    // Some connections are kept for requests to come.
    await until(() => descriptors() < before + 50, 'the server has closed them');
  });

  test('keep 500 WebSockets open at once, each with its own answers', async () => {
    const sockets = await Promise.all(Array.from({ length: 500 }, () => open(`ws://${host}/`)));
    assert.equal((await stateOf(host)).sockets, 500);
    const answers = await Promise.all(sockets.map((socket, index) => say(socket, `number ${index}`)));
    assert.deepEqual(
      answers,
      sockets.map((_, index) => `number ${index}`),
    );
    // Without a farewell, as clients go that lose their network.
    for (const socket of sockets) socket.terminate();
    await until(async () => (await stateOf(host)).sockets === 0, 'the service is told that all are gone');
  });

  test('keep the memory of the server flat during a download of a gigabyte', async () => {
    // What a first download makes the server take is there for the next ones.
    await (await fetch(`http://${host}/zeros?mb=128`)).arrayBuffer();
    const before = memoryOf(installation.server.pid);
    let most = 0;
    let bytes = 0;
    const download = await fetch(`http://${host}/zeros?mb=1024`);
    for await (const chunk of download.body!) {
      bytes += chunk.length;
      most = Math.max(most, memoryOf(installation.server.pid));
    }
    assert.equal(bytes, 1024 * 1024 * 1024);
    assert.ok(most - before < 100 * 1024 * 1024, `the server grew by ${most - before} bytes`);
  });

  test('tell a service that never answers when its client goes', async () => {
    const leaving = new AbortController();
    const asked = Array.from({ length: 20 }, () =>
      fetch(`http://${host}/never`, { signal: leaving.signal }).catch((error: Error) => error.name),
    );
    await until(async () => (await stateOf(host)).hanging === 20, 'all of them wait');
    leaving.abort();
    assert.deepEqual([...new Set(await Promise.all(asked))], ['AbortError']);
    await until(async () => (await stateOf(host)).hanging === 0, 'none waits any more');
  });

  test('answer who waits for a service whose sandbox ends, and close its WebSockets', async () => {
    const victim = await create({});
    const where = await victim.getHost(PORT);
    const waiting = fetch(`http://${where}/never`);
    const socket = await open(`ws://${where}/`);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await until(async () => (await stateOf(where)).hanging === 1, 'the request waits');
    await victim.kill();
    const answer = await waiting;
    assert.equal(`${answer.status} ${((await answer.json()) as { code: string }).code}`, '410 sandbox_gone');
    await closed;
  });

  test('resume a paused sandbox once for a storm of requests and WebSockets', async () => {
    const sleeper = await create({ autoResume: true });
    const where = await sleeper.getHost(PORT);
    const executions = async () => (await Sandbox.list(installation.connection)).items.map(({ id }) => id);
    const others = (await executions()).filter((id) => id !== sleeper.id);
    await sleeper.hibernate();
    const pages = Array.from({ length: 100 }, () => fetch(`http://${where}/echo`));
    const sockets = Array.from({ length: 20 }, async () => {
      const socket = await open(`ws://${where}/`);
      const answer = await say(socket, 'awake');
      socket.terminate();
      return answer;
    });
    const statuses = (await Promise.all(pages)).map(({ status }) => status);
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.deepEqual([...new Set(await Promise.all(sockets))], ['awake']);
    const running = (await executions()).filter((id) => !others.includes(id));
    assert.equal(running.length, 1);
    const options = { ...installation.connection, operation: 'resume_from_snapshot' as const };
    const resumed = await Array.fromAsync(await Lifecycle.list(options));
    const mine = resumed.filter(
      ({ sourceSandboxId, status }) => sourceSandboxId === sleeper.id && status === 'succeeded',
    );
    assert.deepEqual(
      mine.map(({ targetSandboxId }) => targetSandboxId),
      running,
    );
  });

  test('cut every WebSocket of a grant that is revoked, and no other', async () => {
    const [revoked, kept] = await Promise.all([sandbox.previews.sign(PORT), sandbox.previews.sign(PORT)]);
    const cut = await Promise.all(Array.from({ length: 50 }, () => open(revoked.websocketUrl)));
    const stays = await open(kept.websocketUrl);
    const closed = cut.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await sandbox.previews.revoke(revoked.grant.id);
    await Promise.all(closed);
    assert.equal(await say(stays, 'still here'), 'still here');
    await assert.rejects(open(revoked.websocketUrl), /401/);
    stays.terminate();
  });

  test('take the cookie of a grant from WebSockets of their own pages alone', async () => {
    const { url, grant } = await sandbox.previews.sign(PORT);
    const cookie = (await fetch(url)).headers.get('set-cookie')!.split(';')[0]!;
    const uses = async () => {
      const grants = await sandbox.previews.list({ port: PORT });
      return grants.find(({ id }) => id === grant.id)!.websocketConnectionCount;
    };
    (await open(`ws://${host}/`, { cookie, origin: 'http://evil.example' })).terminate();
    (await open(`ws://${host}/`, { cookie })).terminate();
    assert.equal(await uses(), 0);
    (await open(`ws://${host}/`, { cookie, origin: `http://${host}` })).terminate();
    assert.equal(await uses(), 1);
  });

  test('of a private copy are not opened by what opened the public sandbox', async () => {
    const source = await create({});
    const { url } = await source.previews.sign(PORT);
    assert.equal((await fetch(url)).status, 404);
    const cookie = (await fetch(url)).headers.get('set-cookie')!.split(';')[0]!;
    const { id: snapshotId } = await source.createSnapshot();
    const copy = await create({ snapshotId, network: { allowPublicTraffic: false } });
    const where = await copy.getHost(PORT);
    const token = new URL(url).searchParams.get('edge_token')!;
    const codeOf = async (answer: Response) =>
      `${answer.status} ${((await answer.json()) as { code: string }).code}`;
    const at = async (path: string, headers: Record<string, string> = {}) =>
      await codeOf(await fetch(`http://${where}${path}`, { headers }));
    assert.equal(await at(`/echo?edge_token=${token}`), '403 edge_token_scope_mismatch');
    assert.equal(await at('/echo', { cookie }), '401 edge_token_missing');
    // A grant of its own alone does not open it either.
    assert.equal(await codeOf(await fetch((await copy.previews.sign(PORT)).url)), '401 edge_token_missing');
    const traffic = { 'x-nullspace-traffic-access-token': copy.trafficAccessToken! };
    assert.equal((await fetch(`http://${where}/echo`, { headers: traffic })).status, 200);
    const foreign = await source.previews.host(PORT);
    assert.equal((await fetch(`http://${foreign.host}/echo`)).status, 200);
  });
});

async function open(url: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function say(socket: WebSocket, text: string): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)));
    socket.once('close', () => reject(new Error('closed')));
  });
  socket.send(text);
  return await answer;
}
