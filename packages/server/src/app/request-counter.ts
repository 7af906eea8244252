import type { FastifyReply } from 'fastify';
import { ApiError } from '../api-error.ts';

/** Bounds what one tenant has under way at the same moment. */
export class RequestCounter {
  readonly #limit: number;
  readonly #byTenant = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws {ApiError} `rate_limit_exceeded` when the tenant is at its limit. */
  check(tenantId: string): void {
    if ((this.#byTenant.get(tenantId) ?? 0) >= this.#limit) {
      throw new ApiError('rate_limit_exceeded', { limit: this.#limit }, { retryAfterSecs: 1 });
    }
  }

  /** Counts one more until the returned function is called. */
  enter(tenantId: string): () => void {
    this.#byTenant.set(tenantId, (this.#byTenant.get(tenantId) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const count = this.#byTenant.get(tenantId)! - 1;
      if (count === 0) this.#byTenant.delete(tenantId);
      else this.#byTenant.set(tenantId, count);
    };
  }

  /** Counts a request until its answer is out or its client has gone. */
  enterUntilAnswered(tenantId: string, reply: FastifyReply): void {
    this.check(tenantId);
    reply.raw.once('close', this.enter(tenantId));
  }
}
