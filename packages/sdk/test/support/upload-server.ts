import type { UploadSession } from '@nullspace/contract';
import { failure, json, type Respond } from './api-server.ts';
import { fileRecord, sandboxRecord } from './records.ts';

/** The server's side of one upload. */
export interface UploadState {
  session: UploadSession;
  parts: Map<number, Buffer>;
  checksum: string | undefined;
  /** What `PUT /file` got. */
  direct: Buffer | undefined;
  /** Called before a part is taken; true when it has answered itself. */
  intercept(number: number, response: Parameters<Respond>[1]): boolean;
}

/** Answers like the API about uploads of parts of the given size. */
export function uploadServer(partSize = 10): { state: UploadState; respond: Respond } {
  const state: UploadState = {
    session: uploadSession(),
    parts: new Map(),
    checksum: undefined,
    direct: undefined,
    intercept: () => false,
  };
  const respond: Respond = ({ method, path, body, raw }, response) => {
    const part = /\/parts\/(\d+)$/.exec(path);
    if (method === 'PUT' && path.includes('/file?')) {
      state.direct = raw;
      json(response, 204);
    } else if (path.endsWith('/files/info')) json(response, 200, fileRecord({ path: '/workspace/direct' }));
    else if (method === 'POST' && path.endsWith('/uploads')) {
      const request = body as UploadSession;
      const count = Math.ceil(request.content_length / partSize);
      state.session = uploadSession({
        ...request,
        target_path: `/workspace/${request.target_path}`,
        part_size: partSize,
        part_count: count,
        next_part: count > 0 ? 0 : null,
        user: request.user ?? null,
      });
      json(response, 201, { session: state.session });
    } else if (part) {
      const number = Number(part[1]);
      if (state.intercept(number, response)) return;
      state.parts.set(number, raw);
      json(response, 200, state.session);
    } else if (path.endsWith('/complete')) {
      state.checksum = (body as { whole_checksum_sha256?: string } | undefined)?.whole_checksum_sha256;
      const session = { ...state.session, status: 'completed' };
      json(response, 200, {
        session,
        published_bytes: state.session.content_length,
        published_file_count: 1,
      });
    } else if (method === 'GET' && path.includes('/uploads/')) json(response, 200, state.session);
    else if (method === 'GET') json(response, 200, sandboxRecord());
    else json(response, 404, failure('not_found'));
  };
  return { state, respond };
}

function uploadSession(changes: Partial<UploadSession> = {}): UploadSession {
  return {
    upload_id: 'up_1',
    kind: 'file',
    source_kind: 'restartable_file',
    target_path: '/workspace/a',
    content_length: 0,
    accepted_bytes: 0,
    reserved_staging_bytes: 0,
    part_size: 10,
    part_count: 0,
    max_concurrency: 4,
    next_part: 0,
    conflict: 'merge',
    archive_format: null,
    checksum_algorithm: 'sha256',
    whole_checksum_sha256: null,
    user: null,
    status: 'created',
    limits: { max_upload_bytes: 1, max_part_bytes: 1, max_concurrency: 4, sandbox_staging_quota_bytes: 1 },
    created_at: '2026-03-10T12:00:00.000Z',
    updated_at: '2026-03-10T12:00:00.000Z',
    expires_at: '2026-03-11T12:00:00.000Z',
    ...changes,
  };
}
