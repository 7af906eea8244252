import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameFailures } from './failures.ts';
import type { StepResult } from './run-step.ts';
import type { Step } from './step.ts';

/** Where the last long run of each step stands, below the repository. */
export const longRunPage = 'docs/testing.md';

const begin = '<!-- Written by script/test --long: begin -->\n';
const end = '<!-- end -->';
const head = '| Step | Date | Commit | Seed | Result | Minutes |\n|---|---|---|---|---|---|\n';

/** Writes the row of a step that a long run has just ended; rows of steps that are no more go. */
export function recordLongRun(
  root: string,
  run: { steps: readonly Step[]; result: StepResult; seed: number; commit: string; date: Date },
): void {
  const page = join(root, longRunPage);
  const text = renewRow(readFileSync(page, 'utf8'), run);
  // Whole or not at all, since a run may be ended at any time.
  writeFileSync(`${page}.partial`, text);
  renameSync(`${page}.partial`, page);
}

/** The page with another row for the step of this result, and one for each other step that is longer in a long run. */
export function renewRow(page: string, run: Parameters<typeof recordLongRun>[1]): string {
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf(end, from);
  if (from < begin.length || to < 0) throw new Error(`${longRunPage} has no table of long runs to write to`);
  const rows = new Map(
    page
      .slice(from, to)
      .split('\n')
      .flatMap((row) => {
        const name = /^\| `(.+?)` \|/.exec(row)?.[1];
        return name === undefined ? [] : [[name, row] as const];
      }),
  );
  const longer = run.steps.filter((step) => step.longer);
  for (const step of longer) {
    if (step.name === run.result.name) rows.set(step.name, describe(step, run));
    else if (!rows.has(step.name)) rows.set(step.name, `| \`${step.name}\` | not yet run | | | | |`);
  }
  const table = longer.map(({ name }) => `${rows.get(name)}\n`).join('');
  return `${page.slice(0, from)}\n${head}${table}\n${page.slice(to)}`;
}

function describe(step: Step, { result, seed, commit, date }: Parameters<typeof recordLongRun>[1]): string {
  const { passed, failed, seconds } = result;
  const outcome =
    failed === 0
      ? `${passed} passed`
      : `${passed} passed, **${failed} failed**: ${escapeText(nameFailures(result))}`;
  const cells = [
    `\`${step.name}\``,
    date.toISOString().slice(0, 10),
    commit,
    step.longer === 'seeded' ? seed : '',
    outcome,
    (seconds / 60).toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Text of a program's output as text of a table. */
function escapeText(text: string): string {
  return text.replace(/[\\|<>`*_[\]]/g, '\\$&');
}
