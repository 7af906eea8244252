import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { build, run } from './fixtures.ts';

const config = { vcpus: 1, memory_mib: 256 };

describe('a definition that is looked at before it is built', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const validate = async (body: object) => {
    const { status, body: found } = await server.call('POST', '/v1/templates/validate', {
      build_config: config,
      ...body,
    });
    assert.equal(status, 200);
    return found as {
      valid: boolean;
      errors: { code: string; message: string; phase: string }[];
      warnings: string[];
    };
  };
  const codes = async (body: object) => (await validate(body)).errors.map(({ code, phase }) => [code, phase]);

  test('is valid, or says what is wrong, and begins nothing', async () => {
    const base_image = 'nullspace/base:latest';
    assert.deepEqual(await validate({ base_image, steps: [run('true')], name: 'fine' }), {
      ...{ valid: true, errors: [], warnings: [] },
    });
    const { warnings } = await validate({ base_image, steps: [], start_cmd: 'serve' });
    assert.match(warnings[0]!, /readiness/);
    assert.deepEqual(await codes({ base_image, name: 'Not A Name' }), [['invalid_request', 'prepare']]);
    assert.deepEqual(await codes({ base_image, name: 'base' }), [['conflict', 'prepare']]);
    const { errors } = await validate({ dockerfile: 'FROM base\nSTOPSIGNAL 9\n' });
    assert.deepEqual([errors[0]?.code, errors[0]?.phase], ['build_error', 'prepare']);
    assert.match(errors[0]!.message, /^Line 2 /);
    assert.equal(server.host.calls.includes('createInstance'), false);
  });

  test('begins from a template that is there', async () => {
    const missing = [['template_not_found', 'prepare']];
    for (const base_image of ['nullspace/own:latest', 'tmpl_none', 'own:tb_none'])
      assert.deepEqual(await codes({ base_image, steps: [] }), missing, base_image);
    assert.deepEqual(
      await codes({ dockerfile: 'FROM nullspace/own:v1 AS one\nFROM one\nRUN true\n' }),
      missing,
    );
    await build(server, { name: 'own', tags: ['v1'], steps: [run('echo own')] });
    for (const base_image of ['nullspace/own:latest', 'nullspace/own:v1'])
      assert.deepEqual(await codes({ base_image, steps: [] }), [], base_image);
    // Of an image only its registry knows, which is not asked.
    assert.deepEqual(await codes({ base_image: 'python:3.12-slim', steps: [] }), []);
  });
});
