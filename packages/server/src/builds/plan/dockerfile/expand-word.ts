/** Looks a variable up; undefined: it is not set. */
type Variables = Record<string, string>;

/**
 * A word of a Dockerfile with its quotes taken away and its variables filled in: `$NAME`, `${NAME}`, `${NAME:-other}` and
 * `${NAME:+other}`. Single quotes keep what stands in them.
 */
export function expandWord(text: string, variables: Variables): string {
  let result = '';
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === '\\' && quote !== "'" && at + 1 < text.length) {
      const next = text[++at]!;
      result += quote === '"' && !'"\\$'.includes(next) ? `\\${next}` : next;
    } else if (character === '$' && quote !== "'") {
      const found = readVariable(text.slice(at), variables);
      result += found.value;
      at += found.length - 1;
    } else result += character;
  }
  return result;
}

function readVariable(text: string, variables: Variables): { value: string; length: number } {
  const plain = /^\$([A-Za-z_][A-Za-z0-9_]*)/.exec(text);
  if (plain) return { value: variables[plain[1]!] ?? '', length: plain[0].length };
  const braced = /^\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([-+])([^}]*))?\}/.exec(text);
  if (!braced) return { value: '$', length: 1 };
  const [{ length }, name, operator, word = ''] = braced;
  const value = variables[name!] ?? '';
  const other = () => expandWord(word, variables);
  if (operator === '-') return { value: value || other(), length };
  if (operator === '+') return { value: value ? other() : '', length };
  return { value, length };
}
