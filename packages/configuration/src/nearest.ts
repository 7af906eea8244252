/**
 * The names most like a mistyped one, best first.
 *
 * @param options.limit Most names returned. Default 1.
 * @param options.similarity Least share of characters in common, 0 to 1. Default 0.6.
 */
export function nearestNames(
  name: string,
  names: Iterable<string>,
  options: { limit?: number; similarity?: number } = {},
): string[] {
  const { limit = 1, similarity = 0.6 } = options;
  return [...names]
    .map((candidate) => ({ candidate, score: likeness(name, candidate) }))
    .filter(({ score }) => score >= similarity)
    .sort((a, b) => b.score - a.score || a.candidate.localeCompare(b.candidate))
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

function likeness(a: string, b: string): number {
  return 1 - distance(a, b) / Math.max(a.length, b.length, 1);
}

// Edits that turn a into b, where two swapped neighbours count as one.
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (same ? 0 : 1));
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, before[column - 2]! + 1);
      current.push(edits);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}
