import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { settings as schema } from '@nullspace/configuration';
import { findImager } from '../fixtures/imager.ts';
import { importImage } from '../fixtures/import-image.ts';
import { makeSite } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { startRegistry } from '../fixtures/registry.ts';
import { makeTar } from '../fixtures/tar.ts';
import { until } from '../fixtures/until.ts';

const small = { layers: [makeTar([{ path: 'file', content: 'x' }])] };

/** A host whose engine is a fake one; its imports are real. */
async function openHost(
  t: TestContext,
  overrides: Parameters<typeof makeSite>[1] = { insecure_registries: '127.0.0.1' },
  patienceMs = 60_000,
) {
  const site = await makeSite(t, overrides);
  const timing = { registryAnswerMs: patienceMs, registryStallMs: patienceMs };
  const { client, context } = await site.open({ timing, imager: await findImager() });
  const left = async () => [
    ...(await readdir(context.paths.layersDir)),
    ...(await readdir(context.paths.imagesDir)).filter((name) => name.endsWith('.made')),
  ];
  return { client, context, left };
}

async function serve(t: TestContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stands before a registry and may change what it answers. */
async function standBefore(
  t: TestContext,
  { authority }: { authority: string },
  change: (
    request: IncomingMessage,
    answer: { status: number; type: string; body: Buffer },
    response: ServerResponse,
  ) => Promise<boolean>,
) {
  return await serve(t, async (request, response) => {
    const accept = request.headers.accept ?? '*/*';
    const upstream = await fetch(`http://${authority}${request.url}`, { headers: { accept } });
    const body = Buffer.from(await upstream.arrayBuffer());
    const type = upstream.headers.get('content-type') ?? '';
    if (await change(request, { status: upstream.status, type, body }, response)) return;
    response.writeHead(upstream.status, { 'content-type': type, 'content-length': body.length }).end(body);
  });
}

/** A layer, not a configuration. */
const isLayer = (body: Buffer) => body[0] === 0x1f;

test('credentials open what is closed, and others are refused', async (t) => {
  const credentials = { username: 'ann', password: 'secret-word' };
  const registry = await startRegistry({ credentials });
  t.after(() => registry.close());
  const reference = await registry.push('closed', small);
  const { client } = await openHost(t);
  for (const wrong of [{}, { username: 'ann', password: 'other' }]) {
    const error = await refusal(importImage(client, { reference, ...wrong }));
    assert.equal(error.code, 'registry_unauthorized');
    assert.doesNotMatch(error.message, /other|secret/);
  }
  const { done } = await importImage(client, { reference, ...credentials });
  // What one may see, another may not.
  assert.equal((await refusal(importImage(client, { reference }))).code, 'registry_unauthorized');
  assert.equal((await importImage(client, { reference, ...credentials })).done.image, done.image);
});

test('what is not there, and what cannot be reached, is said with its code', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  await registry.push('there', small);
  const { client, left } = await openHost(t);
  const codes = async (reference: string) => (await refusal(importImage(client, { reference }))).code;
  assert.equal(await codes(`${registry.authority}/missing:latest`), 'image_not_in_registry');
  assert.equal(await codes(`${registry.authority}/there:other`), 'image_not_in_registry');
  // Nobody listens on this one, and no program is given it by chance.
  assert.equal(await codes('127.0.0.1:1/down:latest'), 'registry_unreachable');
  const busy = await serve(t, (_request, response) => response.writeHead(503).end());
  assert.equal(await codes(`${busy}/busy:latest`), 'registry_unreachable');
  for (const reference of ['', 'no spaces', 'UPPER/case', 'a@sha256:12', 'x'.repeat(5000)]) {
    assert.equal(await codes(reference), 'invalid_request', reference.slice(0, 20));
  }
  assert.deepEqual(await left(), []);
});

test('a registry that does not answer, or stops in the middle, is given up', async (t) => {
  const { client, left } = await openHost(t, { insecure_registries: '127.0.0.1' }, 500);
  const silent = await serve(t, () => {});
  const error = await refusal(importImage(client, { reference: `${silent}/silent:latest` }));
  assert.equal(error.code, 'registry_unreachable');
  const registry = await startRegistry();
  t.after(() => registry.close());
  const reference = await registry.push('stops', small);
  const stalls = await standBefore(t, registry, async (_request, { body }, response) => {
    if (!isLayer(body)) return false;
    response.writeHead(200, { 'content-length': body.length }).write(body.subarray(0, 10));
    return true;
  });
  const stopped = await refusal(
    importImage(client, { reference: reference.replace(registry.authority, stalls) }),
  );
  assert.equal(stopped.code, 'registry_unreachable');
  assert.deepEqual(await left(), []);
});

test('other bytes than the digest says are refused', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const reference = await registry.push('forged', small);
  const forging = await standBefore(t, registry, async (_request, { body }) => {
    if (isLayer(body)) body[body.length - 1]! ^= 1;
    return false;
  });
  const { client, left } = await openHost(t);
  const error = await refusal(
    importImage(client, { reference: reference.replace(registry.authority, forging) }),
  );
  assert.equal(error.code, 'registry_unreachable');
  assert.deepEqual(await left(), []);
});

test('addresses that are not public are refused unless the operator lists them, redirects included', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const reference = await registry.push('private', small);
  const closed = await openHost(t, {});
  for (const one of [
    reference,
    'localhost:1/x',
    '169.254.169.254/x',
    '[::1]:5000/x',
    '10.0.0.1/x',
    '100.64.0.1/x',
  ]) {
    const error = await refusal(importImage(closed.client, { reference: one }));
    assert.deepEqual([error.code, error.field], ['invalid_request', 'reference'], one);
    assert.match(error.message, /insecure_registries/);
  }
  const asked: string[] = [];
  const inside = await serve(t, (request, response) => {
    asked.push(request.url!);
    response.end('internal');
  });
  const redirecting = await serve(t, (_request, response) => {
    response.writeHead(302, { location: `http://${inside}/secret` }).end();
  });
  // Listed with its port: what it leads to is not.
  const open = await openHost(t, { insecure_registries: redirecting });
  const error = await refusal(importImage(open.client, { reference: `${redirecting}/x:latest` }));
  assert.equal(error.code, 'invalid_request');
  assert.deepEqual(asked, []);
});

test('an image that is too large is refused before and while it is unpacked', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const zeros = makeTar([{ path: 'zeros', content: Buffer.alloc(8 * 1024 * 1024) }]);
  const packed = await registry.push('bomb', { layers: [zeros] });
  const { client, left } = await openHost(t, { insecure_registries: '127.0.0.1', max_image_mb: 4 });
  const error = await refusal(importImage(client, { reference: packed }));
  assert.equal(error.code, 'image_too_large');
  assert.match(error.message, /4 MB.*max_image_mb/);
  const random = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  const large = makeTar([{ path: 'random', content: Buffer.concat(Array(96).fill(random)) }]);
  const whole = await registry.push('large', { layers: [large], uncompressed: true });
  assert.equal((await refusal(importImage(client, { reference: whole }))).code, 'image_too_large');
  assert.deepEqual(
    (await left()).filter((name) => !name.startsWith('sha256-')),
    [],
  );
});

test('an import that nobody waits for any more ends, and one that somebody waits for goes on', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const reference = await registry.push('slow', small);
  const release = Promise.withResolvers<void>();
  let waiting = 0;
  const slow = await standBefore(t, registry, async (_request, { body }) => {
    if (!isLayer(body)) return false;
    waiting += 1;
    await release.promise;
    return false;
  });
  const site = await makeSite(t, { insecure_registries: '127.0.0.1' });
  const { client, context } = await site.open({ imager: await findImager() });
  const request = { reference: reference.replace(registry.authority, slow) };
  const first = new AbortController();
  const second = new AbortController();
  const calls = [first, second].map(({ signal }) =>
    importImage(client, request, undefined, signal).then(
      ({ done }) => done,
      () => 'ended',
    ),
  );
  await until(() => waiting > 0);
  first.abort();
  assert.equal(await calls[0], 'ended');
  assert.ok(context.works.size > 0);
  second.abort();
  assert.equal(await calls[1], 'ended');
  await until(() => context.works.size === 0);
  const third = importImage(client, request);
  release.resolve();
  assert.equal((await third).done.cached, false);
});

test('layers that were not used for longest make room for others', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const { client, context } = await openHost(t, { insecure_registries: '127.0.0.1', layer_cache_mb: 3 });
  const noise = () =>
    Buffer.concat(
      Array.from({ length: 32 }, () => Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)))),
    );
  for (const name of ['one', 'two', 'three']) {
    const layers = [makeTar([{ path: name, content: noise() }])];
    await importImage(client, { reference: await registry.push(name, { layers }) });
  }
  assert.equal((await readdir(context.paths.layersDir)).length, 1);
});

test('without a cache no layer stays', async (t) => {
  const registry = await startRegistry();
  t.after(() => registry.close());
  const { client, left } = await openHost(t, { insecure_registries: '127.0.0.1', layer_cache_mb: 0 });
  await importImage(client, { reference: await registry.push('small', small) });
  assert.deepEqual(await left(), []);
});

test('the defaults let no registry of the own network in', () => {
  const { insecure_registries, registry_allow_ranges } = schema.parse({});
  assert.deepEqual([insecure_registries, registry_allow_ranges], ['', '']);
  assert.throws(() => schema.parse({ insecure_registries: 'http://x' }));
});
