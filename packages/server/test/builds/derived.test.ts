import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { type BuildBody, build, run } from './fixtures.ts';

describe('a template that starts from another one', () => {
  const readiness = { kind: 'timeout', timeout_ms: 1 };
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await defaultsOf({ name: 'below', start_cmd: 'wait for requests', runtime_config: { readiness } });
  });
  after(() => server.close());

  /** What is started in a template, and how long it is waited for. */
  const defaultsOf = async (body: BuildBody) => {
    const end = (await build(server, body)).at(-1)!;
    assert.equal(end.kind, 'end', end.message);
    const { start_cmd, readiness: probe } = end.result_metadata!.runtime_defaults!;
    return [start_cmd, probe?.kind === 'timeout' ? probe.timeout_ms : undefined];
  };

  for (const [what, body, expected] of [
    ['has its service and probe', { steps: [run('echo more')] }, ['wait for requests', 1]],
    [
      'has its own service without the other probe',
      { start_cmd: 'wait for others' },
      ['wait for others', undefined],
    ],
    [
      'may ask the service of the other in its own way',
      { runtime_config: { readiness: { ...readiness, timeout_ms: 2 } } },
      ['wait for requests', 2],
    ],
  ] as const)
    test(what, async () => {
      assert.deepEqual(await defaultsOf({ name: 'own', base_image: 'below', ...body }), expected);
      await server.createSandbox({ template: 'own' });
    });

  test('has them from a Dockerfile too, and over two templates', async () => {
    const dockerfile = 'FROM below\nRUN echo more';
    assert.deepEqual(await defaultsOf({ name: 'middle', base_image: undefined, dockerfile }), [
      'wait for requests',
      1,
    ]);
    assert.deepEqual(await defaultsOf({ name: 'above', base_image: 'middle' }), ['wait for requests', 1]);
  });
});
