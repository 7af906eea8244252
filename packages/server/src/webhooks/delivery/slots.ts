/** Attempts under way at the same moment. */
export const slotLimits = {
  all: 256,
  tenant: 16,
  webhook: 4,
  /** Of a webhook whose attempts have been failing: it must not hold what others could use. */
  failingWebhook: 1,
};

/** Failures in a row after which a webhook counts as failing. */
const FAILING_AFTER = 3;

/** Counts attempts under way, so that no tenant and no webhook takes the room of the others. */
export class Slots {
  #all = 0;
  readonly #tenants = new Map<string, number>();
  readonly #webhooks = new Map<string, number>();
  readonly #failures = new Map<string, number>();

  ofTenant(tenantId: string): number {
    return this.#tenants.get(tenantId) ?? 0;
  }

  /** How many more attempts may begin for a webhook. */
  room({ id, tenantId }: { id: string; tenantId: string }): number {
    const isFailing = (this.#failures.get(id) ?? 0) >= FAILING_AFTER;
    const own = isFailing ? slotLimits.failingWebhook : slotLimits.webhook;
    return Math.max(
      0,
      Math.min(
        slotLimits.all - this.#all,
        slotLimits.tenant - this.ofTenant(tenantId),
        own - (this.#webhooks.get(id) ?? 0),
      ),
    );
  }

  /** Counts one more until the returned function is called with whether it went well. */
  enter({ id, tenantId }: { id: string; tenantId: string }): (wasDelivered: boolean) => void {
    this.#all += 1;
    change(this.#tenants, tenantId, 1);
    change(this.#webhooks, id, 1);
    return (wasDelivered) => {
      this.#all -= 1;
      change(this.#tenants, tenantId, -1);
      change(this.#webhooks, id, -1);
      if (wasDelivered) this.#failures.delete(id);
      else change(this.#failures, id, 1);
    };
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
