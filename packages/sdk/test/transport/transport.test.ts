import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { fetchTransport } from '../../src/transport/fetch.ts';
import { nodeTransport } from '../../src/transport/node-http.ts';
import {
  SilenceError,
  type Transport,
  TransportFailure,
  type TransportRequest,
} from '../../src/transport/transport.ts';
import { type ApiServer, json, startApiServer } from '../support/api-server.ts';
import { until } from '../support/until.ts';

const transports: Record<string, (url: string) => Transport> = {
  'node:http': (url) => nodeTransport(url)!,
  fetch: (url) => fetchTransport(url, fetch),
};

const request = (changes: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'GET',
  path: '/v1/x',
  headers: {},
  read: 'text',
  silenceMs: 60_000,
  ...changes,
});

async function readAll(stream: unknown): Promise<string> {
  return new Response(stream as ReadableStream<Uint8Array>).text();
}

for (const [name, open] of Object.entries(transports)) {
  describe(`transport over ${name}`, () => {
    test('sends method, path, headers and body, and reads text', async (context) => {
      const api = await startApiServer(context, (_, response) =>
        json(response, 201, { text: 'grüße' }, { 'x-a': 'b' }),
      );
      const body = JSON.stringify({ text: 'ü' });
      const sent = request({
        method: 'POST',
        path: '/v1/x?a=b+c',
        headers: { authorization: 'Bearer k' },
        body,
      });
      const answer = await open(api.url).send(sent);
      assert.equal(answer.status, 201);
      assert.equal(answer.header('x-a'), 'b');
      assert.equal(answer.header('x-none'), undefined);
      assert.deepEqual(JSON.parse(answer.body as string), { text: 'grüße' });
      assert.equal(api.received[0]!.path, '/v1/x?a=b+c');
      assert.equal(api.received[0]!.headers.authorization, 'Bearer k');
      assert.deepEqual(api.received[0]!.body, { text: 'ü' });
    });

    test('sends a long stream without leaving a listener for each piece', async (context) => {
      const api = await startApiServer(context, (_, response) => json(response, 204));
      const warnings: Error[] = [];
      const note = (warning: Error): void => void warnings.push(warning);
      process.on('warning', note);
      context.after(() => process.off('warning', note));
      async function* body() {
        for (let piece = 0; piece < 64; piece++) yield new Uint8Array(256 * 1024).fill(0x61);
      }
      const answer = await open(api.url).send(request({ method: 'PUT', body: body() }));
      assert.equal(answer.status, 204);
      assert.equal((api.received[0]!.body as string).length, 16 * 1024 * 1024);
      await new Promise(setImmediate);
      assert.deepEqual(warnings, []);
    });

    test('keeps a path prefix of the base URL', async (context) => {
      const api = await startApiServer(context, (_, response) => json(response, 204));
      const answer = await open(`${api.url}/api`).send(request());
      assert.equal(answer.status, 204);
      assert.equal(answer.body, '');
      assert.equal(api.received[0]!.path, '/api/v1/x');
    });

    test('does not follow redirects', async (context) => {
      const api = await startApiServer(context, (_, response) =>
        json(response, 302, undefined, { location: '/y' }),
      );
      const { status } = await open(api.url).send(request());
      // Browsers, unlike Node, hide the status of a redirect that is not followed.
      assert.ok(status === 302 || status === 0, String(status));
      assert.equal(api.received.length, 1);
    });

    test('reads bytes and streams, and errors as text', async (context) => {
      const api = await startApiServer(context, ({ path }, response) => {
        if (path.includes('missing')) return json(response, 404, { code: 'file_not_found' });
        response.end(Buffer.from([0, 255, 10]));
      });
      const transport = open(api.url);
      const bytes = await transport.send(request({ read: 'bytes' }));
      assert.deepEqual([...(bytes.body as Uint8Array)], [0, 255, 10]);
      const stream = await transport.send(request({ read: 'stream' }));
      const collected = await new Response(stream.body as ReadableStream).arrayBuffer();
      assert.deepEqual([...new Uint8Array(collected)], [0, 255, 10]);
      for (const read of ['bytes', 'stream'] as const) {
        const failed = await transport.send(request({ read, path: '/missing' }));
        const text = failed.body instanceof ReadableStream ? await readAll(failed.body) : failed.body;
        assert.equal(text, '{"code":"file_not_found"}');
      }
    });

    test('streams a body as it is read', async (context) => {
      const api = await startApiServer(context, (_, response) => json(response, 204));
      async function* chunks() {
        for (const text of ['one ', 'two ', 'three']) yield new TextEncoder().encode(text);
      }
      await open(api.url).send(request({ method: 'PUT', body: chunks() }));
      assert.equal(api.received[0]!.body, 'one two three');
    });

    test('an error while the body is read fails the call', async (context) => {
      const api = await startApiServer(context, (_, response) => json(response, 204));
      async function* chunks() {
        yield new TextEncoder().encode('one');
        throw new Error('source broke');
      }
      await assert.rejects(
        open(api.url).send(request({ method: 'PUT', body: chunks() })),
        (error: unknown) => {
          assert.match(JSON.stringify([String(error), String((error as Error).cause)]), /source broke/);
          return true;
        },
      );
    });

    test('a slow source of the body is no silence of the server', async (context) => {
      const api = await startApiServer(context, (_, response) => json(response, 204));
      context.mock.timers.enable({ apis: ['setTimeout'] });
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let waiting = false;
      async function* chunks() {
        yield new TextEncoder().encode('one ');
        waiting = true;
        await gate;
        yield new TextEncoder().encode('two');
      }
      const call = open(api.url).send(request({ method: 'PUT', body: chunks(), silenceMs: 1000 }));
      await until(() => waiting, 'the wait for the source');
      context.mock.timers.tick(60_000);
      release();
      assert.equal((await call).status, 204);
      assert.equal(api.received[0]!.body, 'one two');
    });

    test('abort before, during and while streaming rejects with the reason', async (context) => {
      const api = await startApiServer(context, ({ path }, response) => {
        if (path.includes('stream')) response.write('start');
      });
      const transport = open(api.url);
      const reason = new Error('enough');
      await assert.rejects(transport.send(request({ signal: AbortSignal.abort(reason) })), reason);
      const during = new AbortController();
      const call = transport.send(request({ signal: during.signal }));
      await until(() => api.received.length === 1, 'the request');
      during.abort(reason);
      await assert.rejects(call, reason);
      const streaming = new AbortController();
      const answer = await transport.send(
        request({ read: 'stream', path: '/stream', signal: streaming.signal }),
      );
      const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
      assert.equal(new TextDecoder().decode((await reader.read()).value), 'start');
      const pending = reader.read();
      streaming.abort(reason);
      await assert.rejects(pending, reason);
    });

    test('silence before and between bytes is an error, bytes that trickle are none', async (context) => {
      let trickle: NodeJS.Timeout | undefined;
      const api = await startApiServer(context, ({ path }, response) => {
        if (path === '/never') return;
        response.write('{');
        if (path === '/stuck') return;
        let left = 5;
        trickle = setInterval(() => {
          response.write(' ');
          if (--left === 0) {
            clearInterval(trickle);
            response.end('}');
          }
        }, 50);
      });
      context.after(() => clearInterval(trickle));
      const transport = open(api.url);
      await assert.rejects(transport.send(request({ path: '/never', silenceMs: 50 })), SilenceError);
      await assert.rejects(transport.send(request({ path: '/stuck', silenceMs: 200 })), SilenceError);
      const answer = await transport.send(request({ path: '/trickle', silenceMs: 20_000 }));
      assert.match(answer.body as string, /^\{ {5}\}$/);
    });

    test('tells a refused connection from one that broke', async (context) => {
      const broken = await startApiServer(context, (_, response) => response.destroy());
      await assert.rejects(
        open(broken.url).send(request({ method: 'POST', body: '{}' })),
        (error: unknown) => error instanceof TransportFailure && error.connected,
      );
      const url = await unusedAddress();
      await assert.rejects(
        open(url).send(request()),
        (error: unknown) =>
          error instanceof TransportFailure && !error.connected && /ECONNREFUSED/.test(error.message),
      );
    });

    test('an answer cut off in the middle is an error', async (context) => {
      const api = await startApiServer(context, (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"half":', () => response.destroy());
      });
      await assert.rejects(open(api.url).send(request()), TransportFailure);
      const answer = await open(api.url)
        .send(request({ read: 'stream' }))
        .catch((error: unknown) => error);
      if (answer instanceof Error) assert.ok(answer instanceof TransportFailure);
      else await assert.rejects(readAll((answer as { body: unknown }).body));
    });

    test('reuses its connection', { skip: name === 'fetch' && 'left to the platform' }, async (context) => {
      const api: ApiServer = await startApiServer(context, (_, response) => json(response, 200, {}));
      const ports = new Set<number | undefined>();
      api.server.on('request', (incoming) => ports.add(incoming.socket.remotePort));
      const transport = open(api.url);
      for (let call = 0; call < 5; call++) await transport.send(request({ method: 'POST', body: '{}' }));
      assert.equal(ports.size, 1);
    });
  });
}

/** A loopback address that nothing listens on. */
async function unusedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

test('sends a call again whose connection the server had closed, where that is harmless', async (context) => {
  const sockets = new Set<unknown>();
  const api = await startApiServer(context, (received, response) => {
    // Answers the first request of a connection and cuts the second one off.
    if (sockets.has(response.socket)) return void response.socket!.destroy();
    sockets.add(response.socket);
    json(response, 200, { method: received.method });
  });
  const transport = nodeTransport(api.url)!;
  for (const method of ['GET', 'DELETE']) {
    await transport.send(request());
    const { body } = await transport.send(request({ method }));
    assert.deepEqual(JSON.parse(String(body)), { method });
  }
  await transport.send(request());
  await assert.rejects(transport.send(request({ method: 'POST', body: '{}' })), TransportFailure);
});
