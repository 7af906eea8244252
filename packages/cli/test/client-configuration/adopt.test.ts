import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { adoptServer } from '../../src/client-configuration/adopt.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-adopt-'));
const file = join(folder, 'nullspace/config.json');
const env = { XDG_CONFIG_HOME: folder };
let server: Server;
let url: string;

before(async () => {
  mkdirSync(join(folder, 'nullspace'));
  server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === 'Bearer good' ? 200 : 401;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const put = (content: unknown) => writeFileSync(file, JSON.stringify(content));
const content = () => JSON.parse(readFileSync(file, 'utf8'));

test('writes a file that only its owner can read, and keeps other keys', async () => {
  put({ theme: 'dark', api_key: 'bad', base_url: url });
  assert.equal((await adoptServer({ url, apiKey: 'fresh', env })).outcome, 'written');
  assert.deepEqual(content(), { theme: 'dark', api_key: 'fresh', base_url: url });
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('keeps a key that works', async () => {
  put({ api_key: 'good', base_url: url.replace('127.0.0.1', 'localhost') });
  assert.equal((await adoptServer({ url, apiKey: 'fresh', env })).outcome, 'kept');
  assert.equal(content().api_key, 'good');
});

test('leaves a configuration for another machine alone', async () => {
  put({ api_key: 'theirs', base_url: 'https://sandboxes.example.com' });
  const adopted = await adoptServer({ url, apiKey: 'fresh', env });
  assert.deepEqual([adopted.outcome, adopted.baseUrl], ['other', 'https://sandboxes.example.com']);
  assert.equal(content().api_key, 'theirs');
});

test('leaves one for another server here alone only while that answers', async () => {
  put({ api_key: 'good', base_url: url });
  assert.equal((await adoptServer({ url: 'http://127.0.0.1:1', apiKey: 'fresh', env })).outcome, 'other');
  put({ api_key: 'bad', base_url: url });
  assert.equal((await adoptServer({ url: 'http://127.0.0.1:1', apiKey: 'fresh', env })).outcome, 'written');
  assert.equal(content().base_url, 'http://127.0.0.1:1');
});
