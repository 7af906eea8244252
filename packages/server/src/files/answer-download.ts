import type { Readable } from 'node:stream';
import type { routes } from '@nullspace/contract';
import { ApiError, invalidField } from '../api-error.ts';
import { type Call, Streamed } from '../app/call.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { type ByteRange, readRange } from './byte-range.ts';
import { describeFile } from './file-calls.ts';
import { openStream } from './open-stream.ts';
import { streamMessages } from './stream-messages.ts';

type DownloadCall = Call<typeof routes.downloadFile>;

/** Answers with the bytes of a file, a range of them, or a directory as an archive; HEAD with what goes before them. */
export async function answerDownload(context: Context, call: DownloadCall): Promise<Streamed> {
  const { query, reply, request } = call;
  const { range } = request.headers;
  if (query.archive_format) {
    if (range !== undefined) throw invalidField('Range', 'must not be sent together with archive_format');
    return answerArchive(context, call);
  }
  const file = { path: query.path, user: query.user };
  const part = range === undefined ? undefined : await findPart(context, call, range);
  const wanted = part && part.last - part.first + 1;
  const { bytes, length } = await openStream(context, addressOf(call), file, (guest, target, signal) =>
    guest.readContents({ ...target, offset: part?.first ?? 0, maxBytes: wanted ?? 0 }, signal),
  );
  if (wanted !== undefined && length !== wanted) {
    bytes.destroy();
    const problem = `${query.path} became shorter while it was read; read it again`;
    throw new ApiError('conflict', { problem }, { details: { path: query.path } });
  }
  if (part) reply.code(206).header('content-range', `bytes ${part.first}-${part.last}/${part.size}`);
  if (length !== undefined) reply.header('content-length', String(length));
  reply.header('accept-ranges', 'bytes');
  return send(call, 'application/octet-stream', bytes);
}

async function findPart(
  context: Context,
  call: DownloadCall,
  range: string,
): Promise<(ByteRange & { size: number }) | undefined> {
  const { path, user } = call.query;
  const { size, type } = await describeFile(context, addressOf(call), { path, user });
  if (type !== 'file') return undefined;
  const part = readRange(range, size);
  if (part) return { ...part, size };
  throw new ApiError(
    'range_not_satisfiable',
    { path, size, range },
    { details: { path, size }, headers: { 'content-range': `bytes */${size}` } },
  );
}

async function answerArchive(context: Context, call: DownloadCall): Promise<Streamed> {
  const { path, user } = call.query;
  const { bytes } = await openStream(context, addressOf(call), { path, user }, (guest, target, signal) =>
    streamMessages(guest.streams.packDirectory({ target }, { signal })),
  );
  return send(call, 'application/x-tar', bytes);
}

function send({ request, reply }: DownloadCall, type: string, bytes: Readable): Streamed {
  if (request.method === 'HEAD') {
    bytes.destroy();
    return new Streamed(reply.header('content-type', type).send());
  }
  return new Streamed(reply.header('content-type', type).send(bytes));
}
