import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { WireSocket } from '../harness/wire-socket.ts';

const GIB = 1024 ** 3;
const MOST_GROWTH = 100 * 1024 ** 2;

describe('a gibibyte of output for a slow reader', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  const serverBytes = () => {
    const status = readFileSync(`/proc/${installation.server.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024;
  };

  const readAll = async (first: object) => {
    const wire = await WireSocket.open(installation, sandbox.id, { channel: 'exec', first });
    wire.onPiece(() => undefined);
    await wire.type('exec_exit');
  };

  test('keeps the server small, and what is not received is counted', async (t) => {
    const first = {
      type: 'exec_start',
      id: '1',
      command: `yes 0123456789 | head -c ${GIB}`,
      shell: true,
      binary: true,
    };
    // What moving output at all takes is taken once.
    await readAll({ ...first, command: `yes 0123456789 | head -c ${GIB / 8}` });
    const before = serverBytes();
    const wire = await WireSocket.open(installation, sandbox.id, { channel: 'exec', first });
    const { pid } = await wire.type('exec_started');
    let [received, missing, next, most] = [0, 0, 0, before];
    wire.onPiece(({ offset, data }) => {
      missing += offset - next;
      received += data.length;
      next = offset + data.length;
    });
    // Reads in turns with doing nothing, so that all between it and the process fills up.
    for (let turn = 0; turn < 8; turn++) {
      await once(wire.socket, 'handled');
      wire.socket.pause();
      await sleep(500);
      most = Math.max(most, serverBytes());
      wire.socket.resume();
    }
    const watching = setInterval(() => {
      most = Math.max(most, serverBytes());
    }, 50);
    await wire.type('exec_exit');
    clearInterval(watching);
    assert.equal(next, GIB);
    assert.equal(received + missing, GIB);
    assert.ok(most - before < MOST_GROWTH, `the server grew by ${most - before} bytes`);
    const response = await fetch(`${installation.url}/v1/sandboxes/${sandbox.id}/processes/${pid}`, {
      headers: { authorization: `Bearer ${installation.apiKey}` },
    });
    const detail = (await response.json()) as { stdout_bytes: number; dropped_bytes: number };
    assert.equal(detail.stdout_bytes, GIB);
    assert.ok(detail.dropped_bytes >= missing);
    t.diagnostic(`${received} bytes received, ${missing} missed, the server grew by ${most - before} bytes`);
  });
});
