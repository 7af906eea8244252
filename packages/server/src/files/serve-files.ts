import type { Readable } from 'node:stream';
import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { answerDownload } from './answer-download.ts';
import { batchWrite } from './batch-write.ts';
import * as files from './file-calls.ts';
import type { FileTokens } from './file-tokens.ts';
import { mintUrl } from './file-urls.ts';
import { readWholeFile } from './read-whole-file.ts';
import * as searches from './search-calls.ts';
import { writeFile } from './write-file.ts';

interface Parts {
  tokens: FileTokens;
  /** Address that clients reach the server under. */
  url: () => string;
}

export function serveFiles(app: FastifyInstance, context: Context, parts: Parts): void {
  serveContents(app, context);
  serveDirectories(app, context);
  serveSearches(app, context);
  serveUrls(app, context, parts);
  serveBodies(app, context);
}

function serveContents(app: FastifyInstance, context: Context): void {
  const maxBytes = context.settings.max_body_bytes;
  serveRoute(app, context, routes.readFile, async (call) => ({
    content: await readWholeFile(context, addressOf(call), { ...call.body, maxBytes }),
  }));
  serveRoute(app, context, routes.writeFile, (call) => {
    const bytes = Buffer.from(call.body.content, call.body.encoding);
    return writeFile(context, addressOf(call), call.body, { chunks: [bytes], length: bytes.length });
  });
  serveRoute(app, context, routes.downloadFile, (call) => answerDownload(context, call));
}

function serveDirectories(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.listFiles, (call) => files.listFiles(context, addressOf(call), call.query));
  serveRoute(app, context, routes.getFileInfo, (call) =>
    files.describeFile(context, addressOf(call), call.body),
  );
  serveRoute(app, context, routes.fileExists, async (call) => ({
    exists: await files.fileExists(context, addressOf(call), call.body),
  }));
  serveRoute(app, context, routes.removeFile, (call) =>
    files.removeFile(context, addressOf(call), call.body),
  );
  serveRoute(app, context, routes.renameFile, ({ body, ...call }) =>
    files.renameFile(context, addressOf(call), {
      path: body.old_path,
      newPath: body.new_path,
      user: body.user,
    }),
  );
  serveRoute(app, context, routes.makeDirectory, (call) =>
    files.makeDirectory(context, addressOf(call), call.body),
  );
  serveRoute(app, context, routes.setFilePermissions, (call) =>
    files.setPermissions(context, addressOf(call), call.body),
  );
}

function serveSearches(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.findText, (call) => searches.findText(context, addressOf(call), call.body));
  serveRoute(app, context, routes.searchFiles, (call) =>
    searches.searchFiles(context, addressOf(call), call.body),
  );
  serveRoute(app, context, routes.replaceText, async (call) => ({
    replacements: await searches.replaceText(context, addressOf(call), call.body),
  }));
}

function serveUrls(app: FastifyInstance, context: Context, { tokens, url }: Parts): void {
  serveRoute(app, context, routes.mintDownloadUrl, async (call) => {
    const { archive_format: archiveFormat, ...file } = call.body;
    const options = { ...addressOf(call), direction: 'download' as const, file, archiveFormat };
    const minted = await mintUrl(context, { tokens, url: url() }, options);
    return { url: minted.url };
  });
  serveRoute(app, context, routes.mintUploadUrl, (call) =>
    mintUrl(context, { tokens, url: url() }, { ...addressOf(call), direction: 'upload', file: call.body }),
  );
}

// Bytes arrive with any content type or none, so these routes read no JSON.
function serveBodies(app: FastifyInstance, context: Context): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    serveRoute(scope, context, routes.uploadFile, async (call) => {
      const chunks = (call.request.body as Readable | undefined) ?? [];
      const announced = call.request.headers['content-length'];
      const length = announced === undefined ? undefined : Number(announced);
      await writeFile(context, addressOf(call), call.query, { chunks, length });
    });
    serveRoute(scope, context, routes.batchWriteFiles, (call) => {
      const body = (call.request.body as Readable | undefined) ?? call.request.raw;
      const contentType = call.request.headers['content-type'];
      return batchWrite(context, addressOf(call), { body, contentType });
    });
  });
}
