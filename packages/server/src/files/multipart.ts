import { finished, PassThrough, type Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { limits } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';

/** A part of a multipart body. */
export interface Part {
  field: string;
  /** To be read to its end before the next part is asked for. */
  content: AsyncIterable<Uint8Array>;
}

/**
 * The parts of a multipart body, one after the other as they arrive.
 *
 * @throws {ApiError} `invalid_request` for a body that is not what its headers say or breaks off.
 */
export async function* readParts(
  body: Readable,
  contentType: string | undefined,
): AsyncGenerator<Part, void> {
  const parser = openParser(contentType);
  const parts = new PassThrough({ objectMode: true });
  let broken: unknown;
  parser.on('file', (field, content) => {
    content.on('error', (error) => {
      broken ??= error;
    });
    parts.write({ field, content });
  });
  // Clients that name no file for the manifest send it as a field.
  parser.on('field', (field, value) => parts.write({ field, content: [Buffer.from(value, 'utf8')] }));
  const end = (error?: unknown) => {
    broken ??= error ?? undefined;
    parts.end();
  };
  parser.on('partsLimit', () => end(new Error('it has too many parts')));
  parser.on('error', end);
  parser.on('finish', () => end());
  // Not `pipeline`, which would close the connection before the refusal is out.
  finished(body, (error) => {
    if (error) end(error);
  });
  body.pipe(parser);
  try {
    for await (const part of parts) {
      yield part as Part;
    }
    if (broken) throw broken;
  } catch (error) {
    throw error instanceof ApiError ? error : refuse(broken ?? error);
  } finally {
    body.unpipe(parser);
    body.resume();
    parser.destroy();
  }
}

function openParser(contentType: string | undefined): BusboyInstance {
  const partLimits = {
    parts: limits.batch_files + 1,
    fields: 1,
    files: limits.batch_files + 1,
    fieldNameSize: 64,
    fieldSize: limits.batch_manifest_bytes,
    headerPairs: 32,
  };
  try {
    return new Busboy({ headers: { 'content-type': contentType ?? '' }, limits: partLimits });
  } catch (error) {
    throw refuse(error);
  }
}

function refuse(error: unknown): ApiError {
  const why = error instanceof Error ? error.message.slice(0, 200) : 'it cannot be read';
  const problem = `body: is no whole multipart/form-data: ${why}`;
  return new ApiError('invalid_request', { problem }, { cause: error });
}
