import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';
import { splitWords } from './split-words.ts';

/** `NAME=value …`, or `NAME value` as it was once written. Values are as written, and expanded later. */
export function readNameValues({ text, line, keyword }: InstructionSource): [string, string][] {
  const words = splitWords(text);
  const [first] = words;
  if (first === undefined) return refuseLine(line, `${keyword} needs a name and a value`);
  if (!first.includes('=')) {
    const value = text.slice(text.indexOf(first) + first.length).trim();
    if (value === '') refuseLine(line, `${keyword} needs a value for ${first.slice(0, 100)}`);
    return [[first, value]];
  }
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at < 0)
      refuseLine(
        line,
        `${keyword} has ${word.slice(0, 100)} without a value: write name=value, with quotes around spaces`,
      );
    if (at === 0) refuseLine(line, `${keyword} has a value without a name`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

/** `NAME` or `NAME=value`, several of them; undefined: without a value. */
export function readArguments({ text, line }: InstructionSource): [string, string | undefined][] {
  const words = splitWords(text);
  if (words.length === 0) refuseLine(line, 'ARG needs a name');
  return words.map((word) => {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      refuseLine(line, `ARG ${name.slice(0, 100)} is no name of an argument`);
    return [name, at < 0 ? undefined : word.slice(at + 1)];
  });
}
