const kinds = ['final_artifact', 'layer', 'file_blob'] as const;
const outcomes = { hit: 'hits', miss: 'misses', bypass: 'bypasses', stored: 'stores' } as const;

export type CacheKind = (typeof kinds)[number];
export type CacheOutcome = keyof typeof outcomes;

/** Counts what a build took from the cache and put there. */
export class CacheCounts {
  readonly #counts: Record<string, number> = Object.fromEntries(
    kinds.flatMap((kind) => Object.values(outcomes).map((outcome) => [`${kind}_${outcome}`, 0])),
  );

  add(kind: CacheKind, outcome: CacheOutcome, count = 1): void {
    this.#counts[`${kind}_${outcomes[outcome]}`]! += count;
  }

  toJSON(): Record<string, number> {
    return { ...this.#counts };
  }
}
