import type { Readable } from 'node:stream';
import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { Streamed } from '../app/call.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import * as files from './file-calls.ts';
import { openFile, readWholeFile } from './read-file.ts';
import { writeFile } from './write-file.ts';

export function serveFiles(app: FastifyInstance, context: Context): void {
  const maxBytes = context.settings.max_body_bytes;
  serveRoute(app, context, routes.listFiles, (call) => files.listFiles(context, addressOf(call), call.query));
  serveRoute(app, context, routes.readFile, async (call) => ({
    content: await readWholeFile(context, addressOf(call), { ...call.body, maxBytes }),
  }));
  serveRoute(app, context, routes.writeFile, (call) => {
    const bytes = Buffer.from(call.body.content, call.body.encoding);
    return writeFile(context, addressOf(call), call.body, [bytes]);
  });
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
  serveRoute(app, context, routes.downloadFile, async (call) => {
    const stream = await openFile(context, addressOf(call), call.query);
    return new Streamed(call.reply.code(200).header('content-type', 'application/octet-stream').send(stream));
  });
  serveUploads(app, context);
}

// Bytes arrive with any content type or none, so this route reads no JSON.
function serveUploads(app: FastifyInstance, context: Context): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    serveRoute(scope, context, routes.uploadFile, async (call) => {
      const body = (call.request.body as Readable | undefined) ?? [];
      await writeFile(context, addressOf(call), call.query, body);
    });
  });
}
