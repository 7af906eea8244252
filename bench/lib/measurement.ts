/** What one benchmark measured of one thing. */
export interface Measurement {
  /** For example "create to first output". */
  metric: string;
  unit: string;
  /** Every single value, in the order they were taken. */
  samples: number[];
  /** What it is compared with, taken in the same run. */
  baseline?: { name: string; samples: number[] };
  /** What must hold; a measurement without one is only reported. */
  target?: Target;
}

export interface Target {
  /** As it stands in SPECIFICATION.md, for example "≤ 1.3 × raw". */
  text: string;
  /** Which figure is compared with `bound`. */
  of: 'ratio' | 'p50' | 'p99' | 'p50 over baseline';
  at: 'most' | 'least';
  bound: number;
}

export interface Row {
  bench: string;
  metric: string;
  unit: string;
  p50: number;
  p95: number;
  p99: number;
  baseline: number | null;
  ratio: number | null;
  target: string | null;
  ok: boolean | null;
}

/** The value below which the share `part` of the samples lies. */
export function percentile(samples: number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))]!;
}

/** Sums a measurement up as a row of the results. */
export function toRow(bench: string, measurement: Measurement): Row {
  const { metric, unit, samples, target } = measurement;
  const p50 = percentile(samples, 0.5);
  const p99 = percentile(samples, 0.99);
  const baseline = measurement.baseline ? percentile(measurement.baseline.samples, 0.5) : null;
  const ratio = baseline === null ? null : p50 / baseline;
  const figures = { ratio, p50, p99, 'p50 over baseline': baseline === null ? null : p50 - baseline };
  const figure = target ? figures[target.of] : null;
  return {
    bench,
    metric,
    unit,
    p50: round(p50),
    p95: round(percentile(samples, 0.95)),
    p99: round(p99),
    baseline: baseline === null ? null : round(baseline),
    ratio: ratio === null ? null : round(ratio),
    target: target?.text ?? null,
    ok:
      target && figure !== null
        ? target.at === 'most'
          ? figure <= target.bound
          : figure >= target.bound
        : null,
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
