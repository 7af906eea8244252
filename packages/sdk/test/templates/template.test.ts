import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Template } from '../../src/index.ts';
import { always, startApiServer } from '../support/api-server.ts';

test('templates are listed, whole or by fields', async (context) => {
  const record = {
    id: 'base',
    name: 'base',
    description: 'Debian 12',
    tags: ['default'],
    default_tag: 'default',
    builtin: true,
    canonical_ref: 'nullspace/base:default',
    namespace_slug: 'nullspace',
    visibility: 'public',
    runtime_defaults: { default_env_keys: ['PATH'], default_user: 'root', default_workdir: '/workspace' },
  };
  const api = await startApiServer(context, always(200, [record]));
  const [template] = await Template.list(api.connection);
  assert.equal(template!.canonicalRef, 'nullspace/base:default');
  assert.deepEqual(template!.runtimeDefaults, {
    envKeys: ['PATH'],
    user: 'root',
    workdir: '/workspace',
    startCmd: undefined,
  });
  assert.deepEqual(await Template.list({ ...api.connection, fields: ['id'] }), [record]);
  assert.equal(api.received[1]!.path, '/v1/templates?fields=id');
});
