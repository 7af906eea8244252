import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

test('a built-in template has no builds, and may be asked for them by every name', async () => {
  for (const ref of ['base', 'nullspace%2Fbase%3Alatest', 'nullspace%2Fbase']) {
    const { status, body } = await server.call('GET', `/v1/templates/refs/${ref}/builds`);
    assert.deepEqual([status, body], [200, { builds: [], next_cursor: null }]);
  }
});
