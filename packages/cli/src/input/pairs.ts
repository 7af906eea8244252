import { UsageError } from '../errors/cli-error.ts';

/** `KEY=VALUE` words as an object; the value may hold further equals signs. */
export function readPairs(words: string[] | undefined, label: string): Record<string, string> {
  return Object.fromEntries(
    (words ?? []).map((word) => {
      const equals = word.indexOf('=');
      if (equals <= 0) throw new UsageError(`${label} must be KEY=VALUE; it is ${JSON.stringify(word)}.`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
}

/** Labels given by `--metadata-json` and `--metadata`, the latter on top. */
export function readMetadata(values: {
  metadata?: string[];
  metadataJson?: string;
}): Record<string, unknown> {
  return {
    ...readJsonObject(values.metadataJson, '--metadata-json'),
    ...readPairs(values.metadata, '--metadata'),
  };
}

/** A JSON object given as text. */
export function readJsonObject(text: string | undefined, label: string): Record<string, unknown> {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${label} must be a JSON object: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${label} must be a JSON object; it is ${text}.`);
  }
  return value as Record<string, unknown>;
}

/** Comma-separated names without duplicates, in the order given. */
export function readNames(text: string | undefined, label: string): string[] | undefined {
  if (text === undefined) return undefined;
  const names = [...new Set(text.split(',').map((name) => name.trim()))].filter((name) => name !== '');
  if (names.length === 0) throw new UsageError(`${label} must name at least one field.`);
  return names;
}
