import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ExecResult } from '@nullspace/contract';
import fastify, { type FastifyInstance } from 'fastify';
import { ApiError } from '../../src/api-error.ts';
import { Streamed } from '../../src/app/call.ts';
import { answerExec } from '../../src/commands/answer-exec.ts';
import { presentRan, type RanCommand } from '../../src/commands/ran-command.ts';

const done: RanCommand = {
  exit_code: 0,
  stdout: Buffer.from('out'),
  stderr: Buffer.from('err'),
  pid: 7,
  stdout_truncated: false,
  stderr_truncated: false,
  timed_out: false,
  killed_by: null,
  spawn_us: 1,
  run_us: 1,
};

describe('the answer to a long command', () => {
  let app: FastifyInstance;
  let url: string;
  let finish: PromiseWithResolvers<RanCommand>;
  before(async () => {
    app = fastify({ forceCloseConnections: true });
    app.get('/', async (request, reply) => {
      const body = { timeout_secs: 9 } as Parameters<typeof answerExec>[0]['body'];
      const answer = await answerExec({ request, reply, body }, finish.promise, { quietMs: 10 });
      return answer instanceof Streamed ? answer.reply : answer;
    });
    url = await app.listen({ port: 0 });
  });
  after(() => app.close());

  /** Starts a call and resolves when its answer has begun. */
  async function begin(): Promise<Response> {
    finish = Promise.withResolvers<RanCommand>();
    return fetch(url);
  }

  test('begins with spaces and ends with the result', async () => {
    const response = await begin();
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /json/);
    finish.resolve(done);
    const text = await response.text();
    assert.match(text, /^ +\{/);
    assert.deepEqual(JSON.parse(text), presentRan(done));
  });

  test('is exit code 124 with a note when its timeout came', async () => {
    const response = await begin();
    finish.resolve({ ...done, timed_out: true, exit_code: 124 });
    const result = (await response.json()) as ExecResult;
    assert.equal(result.exit_code, 124);
    assert.match(result.stderr, /^err\nnullspace: killed after its timeout_secs of 9\n$/);
  });

  test('carries the error when its sandbox has ended', async () => {
    const response = await begin();
    finish.reject(new ApiError('sandbox_not_found', { sandbox_id: 'sb_1', ended: ': it ended (timeout)' }));
    const result = (await response.json()) as ExecResult;
    assert.equal(result.exit_code, 137);
    assert.equal(result.error?.code, 'sandbox_not_found');
    assert.match(result.stderr, /sb_1.*timeout/);
  });

  test('a client that has gone disturbs nobody', async () => {
    finish = Promise.withResolvers<RanCommand>();
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    abort.abort();
    await assert.rejects(response.text());
    finish.resolve(done);
    finish = Promise.withResolvers<RanCommand>();
    finish.resolve(done);
    assert.equal((await fetch(url)).status, 200);
  });
});
