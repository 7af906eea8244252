import { ExpandError } from './expand-error.ts';

/** Steps of matching that one substitution may take, so that no Dockerfile keeps the server busy. */
const MOST_STEPS = 2_000_000;

type Piece = { kind: 'any' } | { kind: 'one' } | { kind: 'text'; character: string };

/** A shell pattern of `*`, `?` and `\`. */
export class Pattern {
  readonly #pieces: Piece[] = [];

  constructor(text: string) {
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (character === '*') this.#pieces.push({ kind: 'any' });
      else if (character === '?') this.#pieces.push({ kind: 'one' });
      else
        this.#pieces.push({ kind: 'text', character: character === '\\' ? (text[++at] ?? '\\') : character });
    }
  }

  /** Lengths of the beginnings of a text that match, in order. */
  lengths(text: string): number[] {
    return follow(this.#pieces, text);
  }

  /** Lengths of its ends that match, in order. */
  endLengths(text: string): number[] {
    return follow(this.#pieces.toReversed(), [...text].reverse().join(''));
  }

  /** The text with the longest matches replaced, the first one or all. */
  replace(text: string, by: string, isAll: boolean): string {
    let result = '';
    for (let at = 0; at < text.length; ) {
      check((text.length - at) * text.length * this.#pieces.length);
      const length = this.lengths(text.slice(at)).at(-1) ?? 0;
      result += length > 0 ? by : text[at];
      at += Math.max(1, length);
      if (length > 0 && !isAll) return result + text.slice(at);
    }
    return result;
  }
}

function follow(pieces: Piece[], text: string): number[] {
  check(pieces.length * text.length);
  let places = [0];
  for (const piece of pieces) {
    if (piece.kind === 'any') {
      const [first] = places;
      places =
        first === undefined ? [] : Array.from({ length: text.length - first + 1 }, (_, more) => first + more);
    } else {
      const fits = (at: number) => at < text.length && (piece.kind === 'one' || text[at] === piece.character);
      places = places.filter(fits).map((at) => at + 1);
    }
  }
  return places;
}

function check(steps: number): void {
  if (steps > MOST_STEPS) throw new ExpandError('a substitution by a pattern is too long to be made');
}
