import { createHash } from 'node:crypto';
import { type ClientRequest, request } from 'node:http';
import type { Installation } from './installation.ts';

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface UploadAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  body: any;
}

/** Uploads into one sandbox without anything of the SDKs: nothing is retried. */
export class WireUploads {
  readonly #installation: Pick<Installation, 'url' | 'apiKey'>;
  readonly #path: string;

  constructor(installation: Pick<Installation, 'url' | 'apiKey'>, sandboxId: string) {
    this.#installation = installation;
    this.#path = `/v1/sandboxes/${sandboxId}/uploads`;
  }

  async call(
    method: string,
    path: string,
    options: { body?: Uint8Array | object; headers?: Record<string, string> } = {},
  ): Promise<UploadAnswer> {
    const { url, apiKey } = this.#installation;
    const { body, headers } = options;
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${url}${this.#path}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined || isBytes ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  }

  create(fields: object): Promise<UploadAnswer> {
    const file = {
      kind: 'file',
      source_kind: 'restartable_file',
      conflict: 'merge',
      archive_format: null,
      checksum_algorithm: 'sha256',
      whole_checksum_sha256: null,
      metadata: {},
    };
    return this.call('POST', '', { body: { ...file, ...fields } });
  }

  /** Opens an upload of these bytes and returns its session. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async open(target_path: string, content: Uint8Array, fields: object = {}): Promise<any> {
    const { status, body } = await this.create({ target_path, content_length: content.length, ...fields });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.session;
  }

  part(id: string, number: number, bytes: Uint8Array, checksum = sha256(bytes)): Promise<UploadAnswer> {
    const headers = {
      'content-type': 'application/octet-stream',
      'x-nullspace-part-sha256': checksum,
    };
    return this.call('PUT', `/${id}/parts/${number}`, { body: bytes, headers });
  }

  /** Sends the parts from `from` on. */
  async parts(session: { upload_id: string; part_size: number }, content: Uint8Array, from = 0) {
    const { upload_id, part_size } = session;
    for (let number = from; number * part_size < content.length; number++) {
      const bytes = content.subarray(number * part_size, (number + 1) * part_size);
      const { status, body } = await this.part(upload_id, number, bytes);
      if (status !== 200) throw new Error(JSON.stringify(body));
    }
  }

  /** Begins a part and sends no end of it. */
  beginPart(id: string, number: number, beginning: Uint8Array): ClientRequest {
    const { url, apiKey } = this.#installation;
    const { hostname, port } = new URL(url);
    const call = request({
      hostname,
      port,
      path: `${this.#path}/${id}/parts/${number}`,
      method: 'PUT',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/octet-stream' },
    });
    call.on('error', () => undefined);
    call.write(beginning);
    return call;
  }

  read(id: string): Promise<UploadAnswer> {
    return this.call('GET', `/${id}`);
  }

  complete(id: string, body?: object): Promise<UploadAnswer> {
    return this.call('POST', `/${id}/complete`, body ? { body } : {});
  }
}
