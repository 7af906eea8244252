import { ConnectError } from '@connectrpc/connect';

const longest = 300;

/** An error as one short line without control characters: parts of it may come from a guest. */
export function describeFailure(error: unknown): string {
  const text =
    error instanceof ConnectError ? error.rawMessage : error instanceof Error ? error.message : String(error);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
