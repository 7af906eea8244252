import type { routes } from '@nullspace/contract';
import type { FastifyReply } from 'fastify';
import { ApiError, invalidField } from '../api-error.ts';
import { type Call, Streamed } from '../app/call.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import { type ByteRange, readRange } from './byte-range.ts';
import { describeFile } from './file-calls.ts';
import { openStream } from './open-stream.ts';

type DownloadCall = Call<typeof routes.downloadFile>;

/** Answers with the bytes of a file, a range of them, or a directory as an archive. */
export async function answerDownload(context: Context, call: DownloadCall): Promise<Streamed> {
  const { query, reply, request } = call;
  const { range } = request.headers;
  if (query.archive_format) {
    if (range !== undefined) throw invalidField('Range', 'must not be sent together with archive_format');
    return answerArchive(context, call);
  }
  const file = { path: query.path, user: query.user };
  const part = range === undefined ? undefined : await findPart(context, call, range);
  if (part) {
    reply.code(206).header('content-range', `bytes ${part.first}-${part.last}/${part.size}`);
  }
  const offset = BigInt(part?.first ?? 0);
  const maxBytes = part ? BigInt(part.last - part.first + 1) : 0n;
  const { first, bytes } = await openStream(
    context,
    addressOf(call),
    file,
    (streams, target, options) => streams.readFile({ target, offset, maxBytes }, options),
    (message) => {
      if (part) return part.last - part.first + 1;
      // Files of /proc have content without a size.
      return message?.info?.type === 'file' && message.info.size > 0n
        ? toCount(message.info.size)
        : undefined;
    },
  );
  const size = part
    ? part.last - part.first + 1
    : first?.info?.type === 'file' && first.info.size > 0n
      ? toCount(first.info.size)
      : undefined;
  if (size !== undefined) reply.header('content-length', String(size));
  reply.header('accept-ranges', 'bytes');
  return send(reply, 'application/octet-stream', bytes);
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
  const { bytes } = await openStream(context, addressOf(call), { path, user }, (streams, target, options) =>
    streams.packDirectory({ target }, options),
  );
  return send(call.reply, 'application/x-tar', bytes);
}

function send(reply: FastifyReply, type: string, bytes: NodeJS.ReadableStream): Streamed {
  return new Streamed(reply.header('content-type', type).send(bytes));
}
