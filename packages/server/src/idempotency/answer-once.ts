import { limits } from '@nullspace/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidField } from '../api-error.ts';
import { Streamed } from '../app/call.ts';
import type { Context } from '../context.ts';
import type { IdempotencyClaim, StoredResponse } from '../store/records.ts';
import type { ClaimRecovery } from './claim-recovery.ts';
import { runOnce } from './run-once.ts';

/** A longer path holds what is no id, and leads to nothing. */
const MOST_PATH_CHARS = 200;

/** Runs a request, once for its `Idempotency-Key` when it has one, and puts its answer on the way. */
export async function answerOnce(
  context: Context,
  recovery: ClaimRecovery,
  call: { tenantId: string; body: unknown; request: FastifyRequest; reply: FastifyReply },
  run: (claim?: IdempotencyClaim) => Promise<StoredResponse>,
): Promise<Streamed> {
  const { tenantId, request, reply } = call;
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  const body = call.body ?? null;
  const path = request.url.split('?', 1)[0]!;
  // A key is used anew for every path, which is short when its ids are ids.
  if (path.length > MOST_PATH_CHARS) return run().then((response) => send(reply, response));
  const { response, replayed } =
    key === undefined
      ? { response: await run(), replayed: false }
      : await runOnce(context, recovery, { tenantId, method: request.method, path, key, body }, run);
  if (replayed) reply.header('idempotent-replayed', 'true');
  return send(reply, response);
}

function send(reply: FastifyReply, { statusCode, headers, body }: StoredResponse): Streamed {
  return new Streamed(reply.code(statusCode).headers(headers).serializer(String).send(body));
}

function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (
    typeof header === 'string' &&
    /^[\x21-\x7e]+$/.test(header) &&
    header.length <= limits.idempotency_key_chars
  ) {
    return header;
  }
  throw invalidField(
    'Idempotency-Key',
    `must be 1 to ${limits.idempotency_key_chars} visible ASCII characters`,
  );
}
