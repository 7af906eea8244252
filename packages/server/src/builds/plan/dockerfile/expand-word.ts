import { ExpandError } from './expand-error.ts';
import { Pattern } from './pattern.ts';

/** Values by name; a name that is not there is not set. */
export type Variables = Readonly<Record<string, string>>;

interface Options {
  /** Quotes are text like any other, as in a heredoc. */
  keepQuotes?: boolean;
}

/**
 * A word of a Dockerfile with its quotes taken away and its variables filled in, as Docker does: `$NAME`, `${NAME}`, with
 * `:-` `-` `:+` `+` `:?` `?` another word, with `#` `##` `%` `%%` without its beginning or end, with `/` and `//` replaced.
 *
 * @throws {ExpandError}
 */
export function expandWord(text: string, variables: Variables, options: Options = {}): string {
  return new Reader(text, variables, options).read();
}

class Reader {
  readonly #text: string;
  readonly #variables: Variables;
  readonly #keepQuotes: boolean;
  #at = 0;

  constructor(text: string, variables: Variables, { keepQuotes = false }: Options) {
    this.#text = text;
    this.#variables = variables;
    this.#keepQuotes = keepQuotes;
  }

  /** Reads to the end, or to a character outside of quotes, which is passed over. */
  read(stop = ''): string {
    let result = '';
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === stop) {
        this.#at += 1;
        return result;
      }
      if (character === "'" && !this.#keepQuotes) result += this.#plain();
      else if (character === '"' && !this.#keepQuotes) result += this.#quoted();
      else if (character === '$') result += this.#variable();
      else if (character === '\\' && this.#at + 1 < this.#text.length) {
        result += this.#text[this.#at + 1];
        this.#at += 2;
      } else {
        result += character;
        this.#at += 1;
      }
    }
    if (stop !== '')
      throw new ExpandError(stop === '}' ? 'a ${ has no end' : 'a substitution by / has no second /');
    return result;
  }

  #plain(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new ExpandError("a ' has no end");
    const inside = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inside;
  }

  #quoted(): string {
    let result = '';
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (character === '"') {
        this.#at += 1;
        return result;
      }
      if (character === '$') {
        result += this.#variable();
        continue;
      }
      const next = this.#text[this.#at + 1];
      const isEscape = character === '\\' && next !== undefined && '"\\$'.includes(next);
      result += isEscape ? next : character;
      this.#at += isEscape ? 2 : 1;
    }
    throw new ExpandError('a " has no end');
  }

  #variable(): string {
    const rest = this.#text.slice(this.#at);
    const plain = /^\$([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(rest);
    if (plain) {
      this.#at += plain[0].length;
      return this.#find(plain[1]!) ?? '';
    }
    if (!rest.startsWith('${')) {
      this.#at += 1;
      return '$';
    }
    const braced = /^\$\{([A-Za-z_][A-Za-z0-9_]*|[0-9])(\}|:?[-+?]|##?|%%?|\/\/?)/.exec(rest);
    if (!braced) throw new ExpandError(`${rest.slice(0, 40)} is no substitution that Docker has`);
    this.#at += braced[0].length;
    const [, name, operator] = braced;
    return operator === '}' ? (this.#find(name!) ?? '') : this.#substitute(name!, operator!);
  }

  #find(name: string): string | undefined {
    return Object.hasOwn(this.#variables, name) ? this.#variables[name] : undefined;
  }

  #substitute(name: string, operator: string): string {
    const value = this.#find(name);
    if (operator.startsWith('/')) return this.#replace(value ?? '', operator === '//');
    const from = this.#at;
    const word = this.read('}');
    const isThere = value !== undefined && (!operator.startsWith(':') || value !== '');
    switch (operator.at(-1)) {
      case '-':
        return isThere ? value : word;
      case '+':
        return isThere ? word : '';
      case '?':
        if (isThere) return value;
        throw new ExpandError(`${name}: ${word || 'is not set'}`);
    }
    const pattern = new Pattern(this.#patternOf(from));
    const isLong = operator.length === 2;
    const lengths = operator.startsWith('#') ? pattern.lengths(value ?? '') : pattern.endLengths(value ?? '');
    const length = (isLong ? lengths.at(-1) : lengths[0]) ?? 0;
    const whole = value ?? '';
    return operator.startsWith('#') ? whole.slice(length) : whole.slice(0, whole.length - length);
  }

  /** A pattern keeps its escapes, unlike other words. */
  #patternOf(from: number): string {
    return expandKept(this.#text.slice(from, this.#at - 1), this.#variables);
  }

  #replace(value: string, isAll: boolean): string {
    const from = this.#at;
    this.read('/');
    const pattern = this.#patternOf(from);
    const by = this.read('}');
    return new Pattern(pattern).replace(value, by, isAll);
  }
}

/** Fills variables in and leaves escapes to whoever reads the pattern. */
function expandKept(text: string, variables: Variables): string {
  return expandWord(text.replace(/\\/g, '\\\\'), variables);
}
