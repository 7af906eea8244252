import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSettings, localUrl, nearestNames, paths, publicUrl, settings } from '../src/index.ts';

test('every setting is described, with its bounds and its default', () => {
  const described = describeSettings();
  assert.deepEqual(
    described.map(({ name }) => name),
    Object.keys(settings.shape),
  );
  for (const { name, description, default: value } of described) {
    assert.ok(description.length > 10, name);
    assert.notEqual(value, undefined, name);
  }
  const port = described.find(({ name }) => name === 'port');
  assert.deepEqual(
    [port?.flag, port?.environment, port?.type, port?.minimum, port?.maximum, port?.default],
    ['--port', 'NULLSPACE_PORT', 'integer', 0, 65535, 3000],
  );
  assert.deepEqual(described.find(({ name }) => name === 'log_level')?.choices?.length, 6);
  assert.equal(described.find(({ name }) => name === 'runsc_any_version')?.type, 'boolean');
});

test('paths lie in the data folder, the socket where it is told', () => {
  const all = paths(settings.parse({ data_dir: '/srv/n' }));
  assert.equal(all.hostSocket, '/srv/n/run/host.sock');
  assert.equal(all.dbFile, '/srv/n/server/db.sqlite');
  assert.equal(paths(settings.parse({ host_socket: '/run/h.sock' })).hostSocket, '/run/h.sock');
});

test('addresses are usable ones', () => {
  assert.equal(localUrl(settings.parse({ listen_address: '0.0.0.0' })), 'http://127.0.0.1:3000');
  assert.equal(localUrl(settings.parse({ listen_address: '::1', port: 8 })), 'http://[::1]:8');
  assert.equal(
    publicUrl(settings.parse({ public_url: 'https://api.example.com/' })),
    'https://api.example.com',
  );
  assert.equal(publicUrl(settings.parse({ port: 0 }), 4321), 'http://127.0.0.1:4321');
});

test('nearest names', () => {
  assert.deepEqual(nearestNames('lsit', ['list', 'kill', 'get']), ['list']);
  assert.deepEqual(nearestNames('zzz', ['list', 'kill', 'get']), []);
});
