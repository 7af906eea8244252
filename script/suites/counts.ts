import type { Step } from './step.ts';

export interface Counts {
  passed: number;
  failed: number;
}

/**
 * Reads how many tests passed and failed out of a step's output. A step that ended badly without a failed test
 * counts as one failure, and so does one that ran no test at all.
 */
export function countTests(kind: Step['counts'], output: string, exitCode: number): Counts {
  const counts = readers[kind](output, exitCode);
  if (counts.failed === 0 && (exitCode !== 0 || counts.passed === 0)) return { ...counts, failed: 1 };
  return counts;
}

const readers: Record<Step['counts'], (output: string, exitCode: number) => Counts> = {
  node: (output) => ({
    passed: sum(output, /^(?:ℹ|#) pass (\d+)$/gm),
    failed: sum(output, /^(?:ℹ|#) (?:fail|cancelled) (\d+)$/gm),
  }),
  pytest: (output) => ({
    passed: sum(output, /^=*.*?\b(\d+) passed\b.* in [\d.]+s.*$/gm),
    failed: sum(output, /^=*.*?\b(\d+) (?:failed|errors?)\b.* in [\d.]+s.*$/gm),
  }),
  go: (output) => ({
    passed: matches(output, /^\s*--- PASS: \S+/gm),
    failed: matches(output, /^\s*--- FAIL: \S+/gm),
  }),
  check: (_output, exitCode) => (exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }),
};

function sum(output: string, pattern: RegExp): number {
  return [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
}

function matches(output: string, pattern: RegExp): number {
  return [...output.matchAll(pattern)].length;
}
