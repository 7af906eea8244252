import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from './run-step.ts';

/** Where the last long run stands, below the repository. */
export const longRunFile = 'test/last-long-run.txt';

/** Keeps what a long run of everything found, with what is needed to repeat it. */
export function recordLongRun(
  root: string,
  run: { seed: number; results: StepResult[]; seconds: number },
): void {
  const commit = readCommit(root);
  writeFileSync(join(root, longRunFile), describeLongRun({ ...run, commit, date: new Date() }));
}

/** Says "unknown" where the sources were not cloned: hours of results must not be lost for that. */
function readCommit(root: string): string {
  try {
    const args = ['rev-parse', '--short', 'HEAD'];
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

export function describeLongRun(run: {
  seed: number;
  results: Pick<StepResult, 'name' | 'seconds' | 'passed' | 'failed'>[];
  /** Of the whole run: steps run side by side. */
  seconds: number;
  commit: string;
  date: Date;
}): string {
  const { seed, results, commit, date, seconds: whole } = run;
  const sum = (count: (result: (typeof results)[number]) => number) =>
    results.reduce((total, result) => total + count(result), 0);
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return [
    `script/test --long --seed ${seed}`,
    `${date.toISOString()}, commit ${commit}`,
    `${cpus().length} cores, ${memoryGb} GiB, Linux ${release()} ${arch()}, Node.js ${process.version}`,
    '',
    ...results.map(
      ({ name, seconds, passed, failed }) =>
        `${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(34)} ${seconds.toFixed(1).padStart(7)} s  ${passed} passed, ${failed} failed`,
    ),
    '',
    `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed in ${Math.round(whole / 60)} min`,
    '',
  ].join('\n');
}
