import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allRoutes, buildOpenapi, errorCodes, isPlanned, routes } from '../../src/index.ts';

test('operations are unique, and so are method, path and channel', () => {
  assert.equal(new Set(allRoutes.map((route) => route.id)).size, allRoutes.length);
  const keys = allRoutes.map((route) => `${route.method} ${route.path} ${route.channel ?? '-'}`);
  assert.equal(new Set(keys).size, allRoutes.length);
});

test('the key under which a route is found is its operation', () => {
  for (const [id, route] of Object.entries(routes)) assert.equal(route.id, id);
});

test('every planned route names its feature and lies under /v1', () => {
  for (const route of allRoutes.filter(isPlanned)) {
    assert.ok(route.feature.length > 2);
    assert.ok(route.path.startsWith('/v1/'));
  }
});

test('no path ends in a slash', () => {
  for (const route of allRoutes) assert.doesNotMatch(route.path, /\/$/);
});

test('the OpenAPI document holds every path once, with its errors', () => {
  const document = buildOpenapi({ version: '1.2.3', url: 'http://localhost:3000' });
  const paths = document.paths as Record<string, Record<string, { operationId: string; responses: object }>>;
  assert.equal(document.openapi, '3.1.0');
  for (const route of allRoutes) assert.ok(paths[route.path]?.[route.method.toLowerCase()], route.id);
  const create = paths['/v1/sandboxes']!.post!;
  assert.equal(create.operationId, 'createSandbox');
  assert.ok('201' in create.responses);
  assert.ok(String(errorCodes.capacity_exceeded.status) in create.responses);
  assert.ok(JSON.stringify(document).length > 10_000);
});
