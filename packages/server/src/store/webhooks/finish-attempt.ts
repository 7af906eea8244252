import { makeId } from '../../make-id.ts';
import type { StoreContext } from '../context.ts';
import { write } from '../write.ts';
import type { AttemptOutcome, ClaimedDelivery, DeliveryStatus } from './webhook.ts';

/** Records how an attempt ended. Undefined: the claim had ended, or the webhook is gone, and nothing was recorded. */
export async function finishAttempt(
  context: StoreContext,
  { id, webhookId, attempt }: ClaimedDelivery,
  { attemptedAt, durationMs, responseStatus, error, retryAt }: AttemptOutcome,
): Promise<DeliveryStatus | undefined> {
  const status = error === null ? 'succeeded' : retryAt === null ? 'dead_letter' : 'queued';
  const message = error === null ? null : error.message.slice(0, 500).replaceAll('\0', '\uFFFD');
  return write(context, 'soon', async (transaction) => {
    // The webhook before its delivery, in the order in which a delete takes them.
    const touched = await transaction
      .updateTable('webhooks')
      .set({ last_attempt_at: attemptedAt, last_status: status, last_error: message })
      .where('id', '=', webhookId)
      .executeTakeFirst();
    if (touched.numUpdatedRows === 0n) return undefined;
    const updated = await transaction
      .updateTable('webhook_deliveries')
      .set({
        status,
        due_at: error === null ? null : retryAt,
        last_response_status: responseStatus,
        last_error: message,
      })
      .where('id', '=', id)
      .where('status', '=', 'in_progress')
      .where('attempt_count', '=', attempt)
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return undefined;
    await transaction
      .insertInto('webhook_attempts')
      .values({
        id: makeId('attempt'),
        delivery_id: id,
        number: attempt,
        attempted_at: attemptedAt,
        duration_ms: durationMs,
        response_status: responseStatus,
        error_code: error?.code ?? null,
        error_message: message,
      })
      .execute();
    return status;
  });
}
