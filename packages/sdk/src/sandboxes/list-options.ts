import type { CallOptions, ClientOptions } from '../client/options.ts';
import type { SandboxStatus } from './types.ts';

/** Which sandboxes a list holds. */
export interface SandboxQuery {
  /** @default ['creating', 'running', 'paused'] */
  state?: SandboxStatus | readonly SandboxStatus[];
  /** Exact template. @default all */
  template?: string;
  /** Sandboxes whose metadata has all of these pairs. @default all */
  metadata?: Record<string, unknown>;
}

export interface ListOptions extends SandboxQuery, ClientOptions, CallOptions {
  /** The same filters in one object; each wins over its namesake beside it. */
  query?: SandboxQuery;
  /** Sandboxes a page, 1 to 1000. @default 100 */
  limit?: number;
  /** `nextToken` of an earlier list, to go on after its page. */
  nextToken?: string;
}

/** Names of fields in the API's own spelling, such as `id`, `status`, `template`, `timeout_at`. */
export type FieldNames = readonly string[];
