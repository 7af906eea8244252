/** Runs the test steps, several side by side, and prints counts, the slowest steps and `N passed, N failed`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readCommit } from './commit.ts';
import { countLanes, inLanes, parseLanes } from './lanes.ts';
import { recordLongRun } from './long-run-table.ts';
import { endRunningSteps, runStep, type StepResult } from './run-step.ts';
import { chooseSeed } from './seed.ts';
import { steps } from './steps.ts';

const root = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: process.env.NULLSPACE_TEST_SEED },
    lanes: { type: 'string' },
  },
});

const seed = chooseSeed(values.seed, values.long);
const lanes =
  values.lanes === undefined
    ? countLanes({ processors: availableParallelism(), memoryBytes: ownMemory() })
    : parseLanes(values.lanes);
const all = steps({ long: values.long, quick: values.quick, seed });
const chosen = all.filter(
  (step) => values.only.length === 0 || values.only.some((part) => step.name.includes(part)),
);
if (values.list || chosen.length === 0) {
  for (const step of all) console.log(step.name);
  process.exit(values.list ? 0 : 2);
}

console.log(`Property tests start from seed ${seed}. Up to ${lanes} steps run side by side.`);
// Steps are groups of their own, which a terminal's Ctrl-C does not reach.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    endRunningSteps();
    process.exit(1);
  });
const logFolder = mkdtempSync(join(tmpdir(), 'nullspace-test-logs-'));
const results: StepResult[] = [];
const began = performance.now();
const commit = readCommit(root);
await inLanes(chosen, lanes, async (step) => {
  const result = await runStep(step, root, logFolder);
  results.push(result);
  if (values.long && step.longer) recordLongRun(root, { steps: all, result, seed, commit, date: new Date() });
  const mark = result.failed === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${mark} ${step.name.padEnd(34)} ${result.seconds.toFixed(1).padStart(7)} s  ${result.passed} passed, ${result.failed} failed`,
  );
  if (result.failed > 0) printFailure(result);
});
const seconds = (performance.now() - began) / 1000;
results.sort((a, b) => positionOf(a) - positionOf(b));

console.log('\nSlowest:');
for (const result of [...results].sort((a, b) => b.seconds - a.seconds).slice(0, 8))
  console.log(`  ${result.seconds.toFixed(1).padStart(7)} s  ${result.name}`);
const failed = results.filter((result) => result.failed > 0);
if (failed.length > 0)
  console.log(`\nFailed: ${failed.map((result) => result.name).join(', ')}. Logs: ${logFolder}`);
else rmSync(logFolder, { recursive: true, force: true });
const passedCount = results.reduce((total, result) => total + result.passed, 0);
const failedCount = results.reduce((total, result) => total + result.failed, 0);
console.log(`\nAll in ${(seconds / 60).toFixed(1)} min.`);
console.log(`${passedCount} passed, ${failedCount} failed`);
process.exitCode = failedCount === 0 ? 0 : 1;

/** Memory of the machine, or of the group of processes that this run belongs to. */
function ownMemory(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
}

/** Where the step of a result stands in the list; they end in another order. */
function positionOf({ name }: StepResult): number {
  return chosen.findIndex((step) => step.name === name);
}

/** Prints what the runner said of its failures, and the end of the log. */
function printFailure(result: StepResult): void {
  const lines = result.output.split('\n');
  const marks = [/failing tests:|= FAILURES =/, /--- FAIL|^✖/];
  const from = marks.map((mark) => lines.findIndex((line) => mark.test(line))).find((at) => at >= 0) ?? -1;
  // Go says why before it says that a test failed.
  const shown = from >= 0 ? lines.slice(Math.max(0, from - 25), from + 95) : lines.slice(-80);
  console.log(shown.map((line) => `     | ${line}`).join('\n'));
  console.log(`     | (whole log: ${result.logFile})`);
}
