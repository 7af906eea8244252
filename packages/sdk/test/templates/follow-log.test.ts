import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '../../src/client/client.ts';
import { BuildError, NotFoundError, Template, TemplateBuild } from '../../src/index.ts';
import { followLog } from '../../src/templates/builds/follow-log.ts';
import { always, failure, inTurn, type Respond, startApiServer } from '../support/api-server.ts';
import { buildRecord, logEntry, sendLog, templateRecord } from '../support/templates.ts';

const template = () => Template.fromTemplate('base').runCmd('true');
const end = (offset: number) => logEntry(offset, 'end', { result: templateRecord });
const state = (status: string) =>
  always(200, { build: buildRecord({ status }), entries: [], next_offset: 0 });
const log =
  (...entries: unknown[]): Respond =>
  (_, response) =>
    sendLog(response, ...entries);
/** Sends entries and the beginning of another one, and cuts the connection. */
const cut =
  (headers: Record<string, string>, ...entries: unknown[]): Respond =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    const text = entries.map((entry) => `data: ${JSON.stringify(entry)}\n\n`).join('');
    response.write(`${text}data: {"build_id":"tb_1","off`, () => response.destroy());
  };
const refuse: Respond = (_, response) => void response.destroy();

describe('the log of a build that breaks off', () => {
  test('goes on after the last entry, over answers that fail meanwhile', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        cut({}, logEntry(0, 'start'), logEntry(1)),
        refuse,
        always(502, failure('host_unavailable')),
        cut({}, logEntry(2)),
        log(logEntry(3), end(4)),
        state('ready'),
      ),
    );
    const seen: number[] = [];
    const options = {
      ...api.connection,
      onLogEntry: ({ offset }: { offset: number }) => void seen.push(offset),
    };
    const build = await Template.build(template(), 'n', options);
    assert.deepEqual([build.status, seen], ['ready', [0, 1, 2, 3, 4]]);
    assert.deepEqual(
      api.received.slice(0, -1).map(({ method, path }) => `${method} ${path.replace('/v1/templates', '')}`),
      [
        'POST /build',
        ...Array(3).fill('GET /builds/tb_1/logs?offset=2&follow=true'),
        'GET /builds/tb_1/logs?offset=3&follow=true',
      ],
    );
  });

  test('is found by the id in the answer when there was no entry yet', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(cut({ 'x-build-id': 'tb_1' }), log(logEntry(0, 'start'), end(1)), state('ready')),
    );
    assert.equal((await Template.build(template(), 'n', api.connection)).id, 'tb_1');
    assert.equal(api.received[1]!.path, '/v1/templates/builds/tb_1/logs?offset=0&follow=true');
  });

  test('is never begun anew, and fails when nobody knows the build', async (context) => {
    const lost = await startApiServer(context, inTurn(cut({}), log(end(0))));
    await assert.rejects(Template.build(template(), 'n', lost.connection), { code: 'transport_error' });
    assert.equal(lost.received.length, 1);
    const gone = await startApiServer(
      context,
      inTurn(cut({}, logEntry(0)), always(404, failure('template_build_not_found'))),
    );
    await assert.rejects(Template.build(template(), 'n', gone.connection), NotFoundError);
    assert.equal(gone.received.length, 2);
  });

  test('is given up after some attempts in a row, and the error names the build', async (context) => {
    const api = await startApiServer(context, inTurn(cut({}, logEntry(0)), refuse));
    const request = { method: 'POST', path: '/v1/templates/build', json: {} };
    const entries = followLog(new Client(api.connection), request, { pausesMs: [0, 0] });
    await assert.rejects(Array.fromAsync(entries), (error: BuildError) => {
      assert.ok(error instanceof BuildError);
      assert.deepEqual(error.details, { build_id: 'tb_1' });
      return true;
    });
    assert.equal(api.received.length, 3);
  });

  test('is no end of a build that goes on, and one of a build that is over', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(state('building'), log(logEntry(0)), state('building'), log(logEntry(1)), state('ready')),
    );
    const build = await TemplateBuild.connect('tb_1', api.connection);
    const entries = await Array.fromAsync(build.logs({ follow: true }));
    assert.deepEqual(
      entries.map(({ offset }) => offset),
      [0, 1],
    );
  });
});
