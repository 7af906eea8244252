import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewSandbox, SandboxChange, SandboxStatus } from '../../../src/store/records.ts';
import { addSandbox, makeTenant } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfUpdateSandbox(database: TestDatabase): void {
  describeStore('updateSandbox', database, (opened) => {
    const insert = async (fields: Partial<NewSandbox> = {}) =>
      addSandbox(opened.store, await makeTenant(opened.store), fields);

    test('records what was told and leaves the rest', async () => {
      const id = await insert();
      const before = await opened.store.findSandbox(id);
      const change: SandboxChange = {
        status: 'running',
        hostId: 'host_1',
        diskMb: 9000,
        timeoutMs: 60_000,
        timeoutAction: 'hibernate',
        deadlineAt: 70_000,
        startedAt: 10_000,
        phases: { queueMs: 0.5, slotMs: 1, engineMs: 200.25, agentMs: 30, configureMs: 2 },
        revision: 3,
      };
      const result = await opened.store.updateSandbox(id, change);
      const expected = { ...before, ...change };
      assert.deepEqual(result, { applied: true, sandbox: expected, previous: 'creating' });
      assert.deepEqual(await opened.store.findSandbox(id), expected);
    });

    test('says when there was nothing to record', async () => {
      const id = await insert({ status: 'running', deadlineAt: 5 });
      const result = await opened.store.updateSandbox(id, { status: 'running', deadlineAt: 5 });
      assert.equal(result.applied, false);
      assert.equal(result.sandbox?.id, id);
      const unknown = await opened.store.updateSandbox('sb_none', { status: 'running' });
      assert.deepEqual(unknown, { applied: false, sandbox: undefined });
    });

    test('clears a field that is told as null', async () => {
      const id = await insert({ status: 'running', deadlineAt: 5 });
      const result = await opened.store.updateSandbox(id, { status: 'paused', deadlineAt: null });
      assert.equal(result.sandbox?.deadlineAt, null);
    });

    for (const final of ['destroyed', 'error'] as SandboxStatus[]) {
      test(`never leaves ${final}`, async () => {
        const id = await insert({ status: 'running' });
        const end: SandboxChange = { status: final, endedAt: 50, reason: 'timeout', message: 'Timed out.' };
        const ended = (await opened.store.updateSandbox(id, { ...end, revision: 5 })).sandbox;
        const late: SandboxChange[] = [
          { status: 'running', revision: 9 },
          { status: final === 'error' ? 'destroyed' : 'error', reason: 'manual' },
          { message: 'later', revision: 10 },
        ];
        for (const change of late) {
          const result = await opened.store.updateSandbox(id, change);
          assert.deepEqual(result, { applied: false, sandbox: ended });
        }
        assert.deepEqual(await opened.store.findSandbox(id), ended);
      });
    }

    test('notes when a sandbox ended also when nobody says so', async () => {
      const id = await insert();
      const { sandbox } = await opened.store.updateSandbox(id, { status: 'error', reason: 'start_failed' });
      assert.equal(typeof sandbox?.endedAt, 'number');
    });

    test('ignores news older than what is recorded', async () => {
      const id = await insert({ status: 'running', revision: 4, deadlineAt: 400 });
      const older = await opened.store.updateSandbox(id, { deadlineAt: 300, revision: 3 });
      assert.equal(older.applied, false);
      const same = await opened.store.updateSandbox(id, { deadlineAt: 300, revision: 4 });
      assert.equal(same.applied, false);
      const newer = await opened.store.updateSandbox(id, { deadlineAt: 500, revision: 5 });
      assert.equal(newer.sandbox?.deadlineAt, 500);
      const unnumbered = await opened.store.updateSandbox(id, { deadlineAt: 600 });
      assert.deepEqual([unnumbered.sandbox?.deadlineAt, unnumbered.sandbox?.revision], [600, 5]);
    });

    test('never turns a sandbox that came up back to creating', async () => {
      const id = await insert({ status: 'running' });
      const result = await opened.store.updateSandbox(id, { status: 'creating', hostId: 'host_2' });
      assert.equal(result.applied, false);
      assert.equal(result.sandbox?.hostId, null);
    });

    test('keeps the newest of many told at once', async () => {
      const id = await insert({ status: 'running' });
      const revisions = Array.from({ length: 20 }, (_, number) => ((number * 7) % 20) + 1);
      await Promise.all(
        revisions.map((revision) => opened.store.updateSandbox(id, { deadlineAt: revision * 10, revision })),
      );
      const sandbox = await opened.store.findSandbox(id);
      assert.deepEqual([sandbox?.deadlineAt, sandbox?.revision], [200, 20]);
    });

    test('lets one of many ends win', async () => {
      const id = await insert({ status: 'running' });
      const ends = Array.from({ length: 20 }, (_, number) =>
        opened.store.updateSandbox(id, {
          status: number % 2 ? 'error' : 'destroyed',
          reason: `end ${number}`,
        }),
      );
      const applied = (await Promise.all(ends)).filter((result) => result.applied);
      assert.equal(applied.length, 1);
      assert.deepEqual(await opened.store.findSandbox(id), applied[0]?.sandbox);
    });

    test('stores a message of a guest whatever is in it', async () => {
      const id = await insert();
      const { sandbox } = await opened.store.updateSandbox(id, { status: 'error', message: 'a\0b\'"\n😀' });
      assert.equal(sandbox?.message, 'a\uFFFDb\'"\n😀');
      assert.equal((await opened.store.findSandbox(id))?.message, 'a\uFFFDb\'"\n😀');
    });
  });
}
