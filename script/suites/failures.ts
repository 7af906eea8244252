import type { StepResult } from './run-step.ts';

const longest = 160;

/** What failed in a step, in one line: the tests by name, or where none is named the last that it printed. */
export function nameFailures({ output }: Pick<StepResult, 'output'>): string {
  // The list that Node.js ends with names each failed test once more.
  const [, list = ''] = output.split('failing tests:\n');
  const names = [
    ...matches(list, /^\s*✖ (.+?)(?: \([\d.]+ms\))?$/gm),
    ...matches(output, /^\s*--- FAIL: (\S+)/gm),
    // Where a bound ends it, Go names no test.
    ...matches(output, /^panic: (.+)$/gm),
    ...matches(output, /^(?:FAILED|ERROR) (\S+)/gm),
  ];
  const last = output.trimEnd().split('\n').at(-1) || 'no output';
  const text = names.length > 0 ? [...new Set(names)].join('; ') : last.trim();
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function matches(output: string, pattern: RegExp): string[] {
  return [...output.matchAll(pattern)].map((match) => match[1]!);
}
