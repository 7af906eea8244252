import type { ForkResults, SandboxInfo as WireInfo } from '@nullspace/contract';
import { type Client, parseJson } from '../client/client.ts';
import { postOnce } from '../client/post-once.ts';
import { errorInAnswer } from '../errors/in-answer.ts';
import type { SandboxError } from '../errors/sandbox-error.ts';
import { sandboxPath } from './create.ts';
import type { ForkOptions } from './fork-options.ts';
import { withPatience } from './pause.ts';

/** A running copy of a running sandbox. */
export function forkSandbox(client: Client, id: string, options: ForkOptions): Promise<WireInfo> {
  return post<WireInfo>(client, id, undefined, options);
}

/** Several copies of one moment, each as its record or as the reason why there is none. */
export async function forkSandboxes(
  client: Client,
  id: string,
  { count, ...options }: ForkOptions & { count: number },
): Promise<(WireInfo | SandboxError)[]> {
  const { items } = await post<ForkResults>(client, id, { count }, options);
  return items.map((child) => ('sandbox' in child ? child.sandbox : errorInAnswer(child.error)));
}

async function post<T>(client: Client, id: string, json: unknown, options: ForkOptions): Promise<T> {
  const path = `${sandboxPath(id)}/fork`;
  const call = { ...withPatience(options), json };
  return parseJson<T>(await postOnce(client, path, options.idempotencyKey, call), 'POST', path);
}
