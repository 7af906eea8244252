import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Sandbox, Snapshot } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { keep, kept, startKeeper } from '../harness/keeper.ts';
import { type KeeperStep, KeptModel } from '../harness/kept-model.ts';
import { nothingLeft } from '../harness/leftovers.ts';
import { propertyRun } from '../harness/property-run.ts';
import { until } from '../harness/until.ts';

const long = Boolean(process.env.NULLSPACE_TEST_LONG);
const rounds = 20;

type MachineStep =
  | { machine: 'pause' }
  | { machine: 'snapshot' }
  | { machine: 'fork'; goOnWithChild: boolean }
  | { machine: 'restart' };

const path = fc.constantFrom('a', 'b', 'c', 'dir/a', 'dir/b', 'dir/sub/c');
const name = fc.constantFrom('one', 'two', 'three');
const text = fc.string({ maxLength: 40 }).map((piece) => piece.replaceAll('\0', '0'));
const times = fc.nat({ max: 2000 });
// Whole seconds, which a JSON number holds exactly in nanoseconds.
const mtime = fc.integer({ min: 1, max: 2_000_000_000 }).map((seconds) => seconds * 1_000_000_000);

const keeperStep: fc.Arbitrary<KeeperStep> = fc.oneof(
  fc.record({ op: fc.constant('write' as const), path, text, times, mtime }),
  fc.record({ op: fc.constant('append' as const), path, text, times, mtime }),
  fc.record({ op: fc.constant('rename' as const), path, to: path }),
  fc.record({ op: fc.constant('remove' as const), path }),
  fc.record({ op: fc.constant('chmod' as const), path, mode: fc.integer({ min: 0, max: 0o777 }) }),
  fc.record({
    op: fc.constant('chown' as const),
    path,
    uid: fc.nat({ max: 60_000 }),
    gid: fc.nat({ max: 60_000 }),
  }),
  fc.record({ op: fc.constant('add' as const), name, by: fc.integer({ min: -1000, max: 1000 }) }),
  fc.record({ op: fc.constant('spawn' as const), name }),
);

const machineStep: fc.Arbitrary<MachineStep> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ machine: 'pause' as const }) },
  { weight: 2, arbitrary: fc.constant({ machine: 'snapshot' as const }) },
  { weight: 2, arbitrary: fc.record({ machine: fc.constant('fork' as const), goOnWithChild: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ machine: 'restart' as const }) },
);

/** One round: some things done inside, then one done to the sandbox. */
const round = fc.record({
  inside: fc.array(keeperStep, { minLength: 1, maxLength: 6 }),
  machine: machineStep,
});

test('whatever a sandbox did, it has after every pause, snapshot, fork and death of the server', async (t) => {
  const installation = await startInstallation(t);
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: rounds, maxLength: rounds }), async (program) => {
      await run(installation, program);
      await until(() => nothingLeft(installation), 'nothing is left of the program');
    }),
    {
      ...propertyRun(t, { short: 1, long: 15 }),
      endOnFailure: true,
      // A long run tries all of them: what it could not is no result.
      ...(long ? {} : { interruptAfterTimeLimit: 300_000 }),
    },
  );
});

interface Round {
  inside: KeeperStep[];
  machine: MachineStep;
}

async function run(installation: Installation, program: Round[]): Promise<void> {
  const model = new KeptModel();
  let sandbox = await Sandbox.create({ ...installation.connection, timeout: 1800 });
  await startKeeper(sandbox);
  for (const { inside, machine } of program) {
    for (const step of inside) await act(sandbox, model, step);
    await expectModel(sandbox, model, 'before');
    sandbox = await operate(installation, sandbox, model, machine);
    await expectModel(sandbox, model, JSON.stringify(machine));
  }
  await sandbox.kill();
}

async function act(sandbox: Sandbox, model: KeptModel, step: KeeperStep): Promise<void> {
  if (model.take(step)) await keep(sandbox, step.op, step);
}

async function expectModel(sandbox: Sandbox, model: KeptModel, after: string): Promise<void> {
  const { files, counters, children } = await kept(sandbox);
  assert.deepEqual({ files, counters, children }, model.expected(), `${sandbox.id} after ${after}`);
}

/** Does something to the sandbox. @returns The one to go on with. */
async function operate(
  installation: Installation,
  sandbox: Sandbox,
  model: KeptModel,
  step: MachineStep,
): Promise<Sandbox> {
  if (step.machine === 'pause') {
    await sandbox.pause();
    return Sandbox.connect(sandbox.id, installation.connection);
  }
  if (step.machine === 'restart') {
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    return Sandbox.connect(sandbox.id, installation.connection);
  }
  const saved = KeptModel.copy(model);
  const child = await copyOf(installation, sandbox, step);
  await expectModel(child, saved, `becoming a copy by ${step.machine}`);
  // Each goes its own way, and neither sees the other's.
  await act(child, saved, { op: 'write', path: 'a', text: 'of the child', times: 1, mtime: 1_000_000_000 });
  await act(child, saved, { op: 'add', name: 'one', by: 1 });
  await act(sandbox, model, {
    op: 'write',
    path: 'b',
    text: 'of the source',
    times: 1,
    mtime: 2_000_000_000,
  });
  await expectModel(child, saved, 'its own change');
  await expectModel(sandbox, model, 'its own change');
  if (step.machine !== 'fork' || !step.goOnWithChild) {
    await child.kill();
    return sandbox;
  }
  await sandbox.kill();
  model.become(saved);
  return child;
}

async function copyOf(
  installation: Installation,
  sandbox: Sandbox,
  step: { machine: 'snapshot' | 'fork' },
): Promise<Sandbox> {
  if (step.machine === 'fork') return sandbox.fork();
  const { id } = await sandbox.createSnapshot();
  // The source's later changes are not in it.
  const child = await Sandbox.create({ ...installation.connection, snapshotId: id });
  await Snapshot.delete(id, installation.connection);
  return child;
}
