import { isReservedPath, limits, type TextMatch } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { callAboutFile, type FileTarget, toTarget } from './file-calls.ts';

const SYNTAX = {
  text: 'must be a regular expression in the syntax of RE2, of at most 4096 bytes',
  name: 'must be a shell pattern for the last part of a path, such as *.txt: without "/", of at most 4096 bytes',
};

/** How long a search through many files may take. */
const SEARCH_MS = 120_000;

/** Lines of text files that match a regular expression. */
export function findText(
  context: Context,
  address: SandboxAddress,
  { pattern, ...file }: FileTarget & { pattern: string },
): Promise<TextMatch[]> {
  const call = { ...file, answerMs: SEARCH_MS, patternSyntax: SYNTAX.text };
  return callAboutFile(context, address, call, async (guest, target, signal) => {
    const search = { target, pattern, maxMatches: limits.text_matches };
    const { matches } = await guest.findText(search, signal);
    const shown = matches.filter(({ path }) => !isReservedPath(path));
    return shown.map(({ path, line, content }) => ({ file: path, line, content }));
  });
}

/** Paths whose last part matches a shell pattern. @throws {ApiError} `too_many_entries`. */
export function searchFiles(
  context: Context,
  address: SandboxAddress,
  { pattern, ...file }: FileTarget & { pattern: string },
): Promise<string[]> {
  const call = { ...file, answerMs: SEARCH_MS, patternSyntax: SYNTAX.name };
  return callAboutFile(context, address, call, async (guest, target, signal) => {
    const search = { target, pattern, maxResults: limits.directory_entries };
    const { paths, truncated } = await guest.searchFiles(search, signal);
    if (!truncated) return paths.filter((path) => !isReservedPath(path)).sort();
    const values = { sandbox_id: address.sandboxId, path: file.path };
    throw new ApiError('too_many_entries', values, { details: values });
  });
}

/** Replaces literal text in files. Returns the number of places. */
export async function replaceText(
  context: Context,
  address: SandboxAddress,
  options: { files: string[]; pattern: string; replacement: string; user?: string | null | undefined },
): Promise<number> {
  const { files, pattern, replacement, user } = options;
  const [path, ...otherPaths] = files;
  if (path === undefined) return 0;
  const targets = files.map((name) => toTarget({ path: name, user }));
  return callAboutFile(
    context,
    address,
    { path, otherPaths, user, answerMs: SEARCH_MS },
    async ({ unary }, _target, signal) =>
      toCount((await unary.replaceText({ targets, pattern, replacement }, { signal })).replacements),
  );
}
