/**
 * The words of a line as Docker cuts it: at spaces outside of quotes, `\` before a space keeps it. Quotes and escapes stay
 * in the words.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let isBegun = false;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote === '' && /\s/.test(character)) {
      if (isBegun) words.push(word);
      word = '';
      isBegun = false;
      continue;
    }
    isBegun = true;
    word += character;
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === '\\' && quote !== "'" && at + 1 < text.length) word += text[++at];
  }
  if (isBegun) words.push(word);
  return words;
}

/** The strings of a JSON array; undefined: it is none, and so a line for a shell. */
export function readJsonWords(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
