import type { CallOptions } from '../client/options.ts';

export interface ForkOptions extends CallOptions {
  /** Makes a repeated fork answer with the same children for 24 hours. @default a random one */
  idempotencyKey?: string;
}
