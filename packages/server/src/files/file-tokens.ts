import { createHmac, timingSafeEqual } from 'node:crypto';
import { limits } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';

/** What a minted URL allows: one direction, for one path and account of one sandbox. */
export interface FileGrant {
  tenantId: string;
  sandboxId: string;
  direction: 'download' | 'upload';
  path: string;
  user: string;
  /** "tar", or empty for the bytes of a file. */
  archiveFormat: string;
}

const VERSION = 'f1';

/** Mints and checks the tokens of file URLs: signed, so that nothing of them is stored. */
export class FileTokens {
  readonly #secret: () => Promise<string>;

  /** @param secret Key of the signatures, the same after a restart. */
  constructor(secret: () => Promise<string>) {
    this.#secret = secret;
  }

  async mint(grant: FileGrant): Promise<string> {
    const expires = Math.floor(Date.now() / 1000) + limits.file_url_secs;
    const signature = await this.#sign(grant, expires);
    return [VERSION, grant.tenantId, expires.toString(36), signature.toString('base64url')].join('.');
  }

  /**
   * The tenant that a token was minted for.
   *
   * @throws {ApiError} `file_token_invalid`.
   */
  async check(token: string, asked: Omit<FileGrant, 'tenantId'>): Promise<string> {
    const [version, tenantId = '', expiry = '', signature = '', ...rest] = token.split('.');
    const expires = Number.parseInt(expiry, 36);
    if (version !== VERSION || rest.length > 0 || !Number.isSafeInteger(expires)) throw refuse('malformed');
    const expected = await this.#sign({ ...asked, tenantId }, expires);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw refuse('not one for this file, account and direction');
    }
    if (expires * 1000 <= Date.now()) throw refuse('no longer valid');
    return tenantId;
  }

  async #sign(grant: FileGrant, expires: number): Promise<Buffer> {
    const { tenantId, sandboxId, direction, path, user, archiveFormat } = grant;
    const text = JSON.stringify([
      VERSION,
      tenantId,
      sandboxId,
      direction,
      path,
      user,
      archiveFormat,
      expires,
    ]);
    return createHmac('sha256', await this.#secret())
      .update(text)
      .digest();
  }
}

function refuse(problem: string): ApiError {
  return new ApiError('file_token_invalid', { problem });
}
