import type { NewFile } from 'nullspace';
import { UsageError } from '../errors/cli-error.ts';

/** Files given as JSON: an object path → content, or an array of `{path, content}`. */
export function readFilesJson(text: string): NewFile[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`FILES_JSON is no JSON: ${(error as Error).message}.`, { cause: error });
  }
  if (typeof value !== 'object' || value === null)
    throw new UsageError('FILES_JSON must be an object or an array.');
  const entries = Array.isArray(value)
    ? (value as { path?: unknown; content?: unknown }[])
    : Object.entries(value).map(([path, content]) => ({ path, content }));
  return entries.map(({ path, content }) => {
    if (typeof path === 'string' && typeof content === 'string') return { path, content };
    throw new UsageError('Every file of FILES_JSON needs a path and a content, both text.');
  });
}
