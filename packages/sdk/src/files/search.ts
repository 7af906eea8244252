import type {
  FindTextRequest,
  ReplaceTextRequest,
  ReplaceTextResult,
  SearchFilesRequest,
} from '@nullspace/contract';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { FileOptions, TextMatch } from './types.ts';

/** Lines of text files at or below a path that match a regular expression. */
export async function findText(
  scope: SandboxScope,
  path: string,
  pattern: string,
  { user, ...call }: FileOptions,
): Promise<TextMatch[]> {
  const json: FindTextRequest = { path, pattern, user: user ?? null };
  const matches = await scope.client.json<TextMatch[]>('POST', `${scope.path}/files/find`, { ...call, json });
  return matches.map(({ file, line, content }) => ({ file, line, content }));
}

/** Paths below a folder whose last part matches a shell pattern. */
export function searchFiles(
  scope: SandboxScope,
  path: string,
  pattern: string,
  { user, ...call }: FileOptions,
): Promise<string[]> {
  const json: SearchFilesRequest = { path, pattern, user: user ?? null };
  return scope.client.json<string[]>('POST', `${scope.path}/files/search`, { ...call, json });
}

/** Replaces a literal text in files; answers with the number of places. */
export async function replaceText(
  scope: SandboxScope,
  files: readonly string[],
  pattern: string,
  replacement: string,
  { user, ...call }: FileOptions,
): Promise<number> {
  const json: ReplaceTextRequest = { files: [...files], pattern, replacement, user: user ?? null };
  const answer = await scope.client.json<ReplaceTextResult>('POST', `${scope.path}/files/replace`, {
    ...call,
    json,
  });
  return answer.replacements;
}
