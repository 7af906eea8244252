import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { limits } from '@nullspace/contract';
import { HELD_OF_TENANT } from '../../src/commands/held-answers.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

describe('commands with large output', () => {
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer();
    id = await server.createSandbox();
  });
  after(() => server.close());
  const exec = (command: string) => server.call('POST', `/v1/sandboxes/${id}/exec`, { command });
  const finish = async (command: string, output: Buffer) => {
    const process = await server.host.guestOf(id).processes.started(command);
    process.write(output);
    process.write('oops', 'stderr');
    process.end(0);
  };

  /** Runs a command and takes nothing of its answer but the beginning. */
  function execUnread(command: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' };
      const url = `${server.url}/v1/sandboxes/${id}/exec`;
      const call = request(url, { method: 'POST', headers, agent: false }, resolve);
      call.on('error', reject);
      call.end(JSON.stringify({ command }));
    });
  }

  test('are answered whole', async () => {
    const output = Buffer.from(`${'ü\0"'.repeat(300_000)}\xff`, 'latin1');
    const run = exec('whole');
    await finish('whole', output);
    const { status, body } = await run;
    assert.equal(status, 200);
    assert.equal(body.stdout, output.toString('utf8'));
    assert.deepEqual([body.stderr, body.exit_code, body.stdout_truncated], ['oops', 0, false]);
  });

  test('wait while others of the tenant are held, and small ones do not', async () => {
    const output = Buffer.alloc(limits.output_bytes, 'x');
    const unread = Array.from({ length: HELD_OF_TENANT }, async (_, number) => {
      const answer = execUnread(`unread${number}`);
      await finish(`unread${number}`, output);
      return answer;
    });
    const held = await Promise.all(unread);
    let isAnswered = false;
    const waiting = exec('waiting').finally(() => {
      isAnswered = true;
    });
    await finish('waiting', output);
    const small = exec('small');
    await finish('small', Buffer.from('x'));
    assert.equal((await small).body.stdout, 'x');
    assert.equal(isAnswered, false);
    held[0]!.destroy();
    assert.equal((await waiting).body.stdout.length, limits.output_bytes);
    for (const response of held) response.destroy();
  });
});
