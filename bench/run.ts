/** Runs benchmarks (all, or those named) and prints p50, p95, p99, the baseline and the ratio of each. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startInstallation } from '../test/harness/installation.ts';
import type { Bench } from './lib/bench.ts';
import { type Row, toRow } from './lib/measurement.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, rounds: { type: 'string', default: '30' } },
});
const names = [
  ...['create', 'create-many', 'exec', 'list', 'idle', 'agent', 'neighbours', 'up', 'help'],
  ...['checkout', 'checkout-many', 'refill'],
  ...['output', 'transfer', 'batch-write', 'first-byte', 'keystroke', 'exec-many'],
  ...['pause', 'resume-heap', 'pause-disk', 'fork', 'fork-many', 'snapshot-freeze', 'connect'],
  ...['preview', 'policy', 'image-1gb', 'build', 'template-snapshot'],
];
const chosen = positionals.length > 0 ? positionals : names;
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0)
  throw new Error(`no benchmark named ${unknown.join(', ')}; there are ${names.join(', ')}`);
const benches = await Promise.all(
  chosen.map(async (name) => ((await import(`./suites/${name}.ts`)) as { bench: Bench }).bench),
);
if (values.list) {
  for (const bench of benches) console.log(`${bench.name.padEnd(12)} ${bench.about}`);
  process.exit(0);
}

const resultsFile = join(import.meta.dirname, 'results.jsonl');
writeFileSync(resultsFile, '');
const hooks: (() => Promise<void>)[] = [];
let failed = false;
try {
  for (const bench of benches) {
    // A fresh installation each time, so that no benchmark pays for an earlier one.
    const installation = await startInstallation(
      { after: (hook) => void hooks.push(hook) },
      { settings: bench.settings },
    );
    const measurements = await bench.run({
      installation,
      connection: installation.connection,
      rounds: Number(values.rounds),
    });
    for (const measurement of measurements) {
      const row = toRow(bench.name, measurement);
      appendFileSync(resultsFile, `${JSON.stringify(row)}\n`);
      print(row, measurement.baseline?.name);
      if (row.ok === false) failed = true;
    }
    await hooks.pop()?.();
  }
} finally {
  for (const hook of hooks.reverse()) await hook();
}
if (failed) console.log('\nA target was missed.');

function print(row: Row, baseline: string | undefined): void {
  const mark = row.ok === null ? '    ' : row.ok ? 'ok  ' : 'MISS';
  const figures = `p50 ${row.p50}  p95 ${row.p95}  p99 ${row.p99} ${row.unit}`;
  const compared = row.baseline === null ? '' : `  | ${baseline}: ${row.baseline}, ratio ${row.ratio}`;
  console.log(
    `${mark} ${`${row.bench}: ${row.metric}`.padEnd(52)} ${figures}${compared}${row.target ? `  | ${row.target}` : ''}`,
  );
}
