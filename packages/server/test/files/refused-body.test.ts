import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { guestError } from '../fixtures/guest-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

let server: TestServer;
let id: string;
before(async () => {
  server = await startTestServer();
  id = await server.createSandbox();
});
after(() => server.close());

test('a body that is refused on its way does not keep the next request on its connection waiting', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const sockets = new Set();
  const send = async (method: string, path: string, body: Uint8Array) => {
    const headers = { authorization: `Bearer ${server.key}`, 'content-length': body.length };
    const call = request(`${server.url}/v1/sandboxes/${id}${path}`, { method, headers, agent });
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    sockets.add(response.socket);
    await Array.fromAsync(response);
    return response.statusCode;
  };
  const fake = server.host.guestOf(id);
  fake.files.contents.set('/kept', Buffer.from('old'));
  fake.override.writeFile = async () => {
    throw guestError('disk_full');
  };
  assert.equal(await send('PUT', '/file?path=/kept', new Uint8Array(8_000_000)), 507);
  assert.equal(await send('GET', '/file?path=/kept', new Uint8Array()), 200);
  assert.equal(sockets.size, 1, 'the connection was kept');
});
