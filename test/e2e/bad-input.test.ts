import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { findLeftovers } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

interface Refusal {
  name: string;
  method?: string;
  path: string;
  body?: unknown;
  status: number;
  code: string;
  /** Must occur in the message or in the details: the field, and the bound where there is one. */
  mentions: RegExp[];
}

describe('bad input', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  const create = (
    name: string,
    body: unknown,
    mentions: RegExp[],
    code = 'invalid_request',
    status = 400,
  ): Refusal => ({
    name,
    method: 'POST',
    path: '/v1/sandboxes',
    body,
    status,
    code,
    mentions,
  });
  const cases: Refusal[] = [
    create('a string for a number', { vcpus: 'two' }, [/vcpus/]),
    create('no processor', { vcpus: 0 }, [/vcpus/, /1/]),
    create('too much memory', { memory_mb: 1e9 }, [/memory_mb/, /\d{4,}/]),
    create('a disk beyond the host', { disk_mb: 1e9 }, [/disk_mb/, /\d{4,}/]),
    create('an unknown field', { vcpu: 2 }, [/vcpu/]),
    create('a reserved folder', { cwd: '/workspace/.nullspace/x' }, [/cwd/]),
    create('a folder below a file', { cwd: '/etc/passwd/x' }, [/"field":"cwd"/, /not a directory/]),
    create('2 MB of metadata', { metadata: { big: 'x'.repeat(2_000_000) } }, [/metadata/]),
    create('a negative timeout', { timeout_ms: -1 }, [/timeout_ms/]),
    create('a list', [], [/object|body/i]),
    create('an unknown template', { template: 'nope' }, [/nope/], 'template_not_found', 404),
    {
      name: 'an unknown id',
      path: '/v1/sandboxes/sb_nope',
      status: 404,
      code: 'sandbox_not_found',
      mentions: [/sb_nope/],
    },
    {
      name: 'an id of another shape',
      path: '/v1/sandboxes/..%2f..%2fetc',
      status: 404,
      code: 'sandbox_not_found',
      mentions: [],
    },
    {
      name: 'a bad cursor',
      path: '/v1/sandboxes?next_token=%00',
      status: 400,
      code: 'invalid_request',
      mentions: [/next_token/],
    },
    {
      name: 'a limit of none',
      path: '/v1/sandboxes?limit=0',
      status: 400,
      code: 'invalid_request',
      mentions: [/limit/],
    },
    {
      name: 'an unknown parameter',
      path: '/v1/sandboxes?colour=red',
      status: 400,
      code: 'invalid_request',
      mentions: [/colour/],
    },
    {
      name: 'an unknown projection',
      path: '/v1/sandboxes?fields=id,colour',
      status: 400,
      code: 'invalid_fields',
      mentions: [/colour/],
    },
    {
      name: 'an unknown state',
      path: '/v1/sandboxes?state=sleepy',
      status: 400,
      code: 'invalid_request',
      mentions: [/state/],
    },
  ];
  for (const refusal of cases)
    test(`${refusal.name} is refused`, async () => {
      const response = await send(refusal.method ?? 'GET', refusal.path, JSON.stringify(refusal.body));
      await expectRefusal(response, refusal);
    });

  test('what is not JSON is refused', async () => {
    const response = await send('POST', '/v1/sandboxes', '{"template": ');
    await expectRefusal(response, { status: 400, code: 'invalid_request', mentions: [/JSON/] });
  });

  test('paths with NUL are refused, and .. never leaves the guest', async () => {
    const path = `/v1/sandboxes/${sandbox.id}/files/read`;
    const nul = await send('POST', path, JSON.stringify({ path: 'a\u0000b', encoding: 'utf8', user: null }));
    await expectRefusal(nul, { status: 400, code: 'invalid_request', mentions: [/path/] });
    const up = await send(
      'POST',
      path,
      JSON.stringify({ path: '../../../etc/hostname', encoding: 'utf8', user: null }),
    );
    assert.equal(up.status, 200);
  });

  test('a command of an unknown account or in a missing folder names it, however it is started', async () => {
    for (const [field, value] of [
      ['user', 'ghost'],
      ['cwd', '/no/such/folder'],
    ] as const) {
      const body = { command: 'true', [field]: value };
      for (const background of [false, true]) {
        const exec = JSON.stringify({ ...body, background });
        const response = await send('POST', `/v1/sandboxes/${sandbox.id}/exec`, exec);
        await expectRefusal(response, {
          status: 400,
          code: 'invalid_request',
          mentions: [new RegExp(field), new RegExp(value)],
        });
      }
      await assert.rejects(
        sandbox.commands.run('true', { [field]: value, onStdout: () => {} }),
        new RegExp(value),
      );
      await assert.rejects(sandbox.pty.create({ [field]: value }), new RegExp(value));
    }
  });

  test('what cannot be read or removed says so, and nothing behind it goes', async () => {
    const call = (name: string, path: string) =>
      send('POST', `/v1/sandboxes/${sandbox.id}/files/${name}`, JSON.stringify({ path }));
    const bind = "import socket; socket.socket(socket.AF_UNIX).bind('/tmp/socket')";
    await sandbox.commands.run(['python3', '-c', bind]);
    for (const path of ['/proc/1/mem', '/tmp/socket', '/dev/zero']) {
      const wanted = { status: 400, code: 'invalid_request', mentions: [new RegExp(path), /cannot be read/] };
      await expectRefusal(await call('read', path), wanted);
      const download = `/v1/sandboxes/${sandbox.id}/file?path=${encodeURIComponent(path)}`;
      await expectRefusal(await send('GET', download), wanted);
    }
    for (const path of ['/proc/1', '/proc/self/cwd', '/dev/shm']) {
      await expectRefusal(await call('remove', path), {
        status: 403,
        code: 'permission_denied',
        mentions: [new RegExp(path)],
      });
    }
    assert.equal(await sandbox.files.exists('/etc/passwd'), true);
  });

  test('a feature that is not there yet says so', async () => {
    const response = await send('POST', `/v1/sandboxes/${sandbox.id}/code/execute`, '{}');
    await expectRefusal(response, { status: 501, code: 'not_implemented', mentions: [/code/i] });
  });

  test('nothing was made for any of them', async () => {
    // Whether a folder can be made is known inside alone: that one was started, and what it left goes behind the answer.
    await until(
      () => findLeftovers(installation).instanceFolders.length === 1,
      'the refused sandbox is gone',
    );
    const folders = findLeftovers(installation).instanceFolders;
    assert.equal(folders.length, 1, `instances: ${folders.join(', ')}`);
  });

  function send(method: string, path: string, body?: string): Promise<Response> {
    return fetch(`${installation.url}${path}`, {
      method,
      body,
      headers: {
        authorization: `Bearer ${installation.apiKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
    });
  }

  async function expectRefusal(response: Response, expected: Pick<Refusal, 'status' | 'code' | 'mentions'>) {
    const text = await response.text();
    assert.equal(response.status, expected.status, text);
    const body = JSON.parse(text) as {
      code: string;
      error: { message: string; code: string; request_id: string };
    };
    assert.equal(body.code, expected.code);
    assert.equal(body.error.code, expected.code);
    assert.match(body.error.request_id, /^req_/);
    for (const pattern of expected.mentions) assert.match(text, pattern);
  }
});
