import type { Ignore } from 'ignore';

/** Files in the root of a context that say what is left out. */
export const ignoreFiles = ['.dockerignore', '.nullspaceignore'];

/** The ignore file of one Dockerfile, which Docker reads in the place of `.dockerignore`. */
export const ownIgnoreFile = (dockerfile: string) => `${dockerfile}.dockerignore`;

/** Rules as in `.dockerignore`: paths from the context's root, `!` takes one back, the last match decides. */
export class IgnoreRules {
  readonly #rules: { takesBack: boolean; matcher: Ignore }[];

  private constructor(rules: { takesBack: boolean; matcher: Ignore }[]) {
    this.#rules = rules;
  }

  static async read(lines: readonly string[]): Promise<IgnoreRules> {
    const wanted = lines.map((line) => line.trim()).filter((line) => line && !line.startsWith('#'));
    const rules = wanted.map(async (line) => {
      const takesBack = line.startsWith('!');
      return { takesBack, matcher: await matcherOf(takesBack ? line.slice(1).trim() : line) };
    });
    return new IgnoreRules(await Promise.all(rules));
  }

  /** Whether a file or folder is left out; `path` is relative with `/` between its parts. */
  excludes(path: string): boolean {
    const last = this.#rules.findLast(({ matcher }) => matcher.ignores(path));
    return last !== undefined && !last.takesBack;
  }

  /** Whether nothing below a folder can be wanted. */
  prunes(path: string): boolean {
    return !this.#rules.some(({ takesBack }) => takesBack) && this.excludes(path);
  }
}

/** A pattern from the root of a context, which also matches what lies below a folder that it names. */
export async function matcherOf(pattern: string): Promise<Ignore> {
  const { default: ignore } = await import('ignore');
  // The library would match a pattern without a slash anywhere.
  const anchored = `/${pattern.replace(/^\.?\/+/, '').replace(/\/+$/, '')}`;
  return ignore({ ignorecase: false }).add(anchored);
}
