import type { Sandbox } from '../store/records.ts';
import type { PreviewTarget } from './preview-target.ts';

/** Where ports of sandboxes answer, as clients reach them. */
export interface PreviewAddresses {
  /**
   * Host of a port, made when it is first asked for: a name and perhaps a port, without a scheme.
   *
   * @throws {ApiError} `quota_exceeded`.
   */
  hostOf(sandbox: Sandbox, target: PreviewTarget): Promise<string>;
  /** "http" or "https". */
  readonly scheme: 'http' | 'https';
  start(): Promise<void>;
  stop(): void;
}
