import { invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import { createAddressRules } from './target/address-rules.ts';
import { findTarget, TargetError } from './target/find-target.ts';
import { type ResolveName, resolveName } from './target/resolve-name.ts';

/** A name server that has not answered by then is asked again at the first delivery. */
const LOOKUP_MS = 3000;

/**
 * Refuses a URL whose host is known to be no public one. A name without an address passes: it may get one, and every
 * attempt checks again.
 *
 * @throws {ApiError} `invalid_request` naming `url`.
 */
export async function checkWebhookUrl(
  { settings }: Pick<Context, 'settings'>,
  url: string,
  { resolve = resolveName }: { resolve?: ResolveName } = {},
): Promise<void> {
  const signal = AbortSignal.timeout(LOOKUP_MS);
  try {
    await findTarget(new URL(url), { rules: createAddressRules(settings), resolve, signal });
  } catch (error) {
    if (error instanceof TargetError && error.code === 'target_refused') {
      throw invalidField('url', `must lead to public addresses: ${error.message}`, { cause: error });
    }
  }
}
