/**
 * Text without characters that could steer a terminal: what servers and sandboxes say is shown, not obeyed.
 *
 * @param options.keepLines Line feeds and tabs stay. Default false.
 */
export function printable(text: string, options: { keepLines?: boolean } = {}): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    options.keepLines && (character === '\n' || character === '\t')
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
