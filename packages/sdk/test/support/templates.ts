import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A build as the server describes it. */
export function buildRecord(changes: object = {}) {
  return {
    build_id: 'tb_1',
    template_id: 'tmpl_1',
    name: 'review-api',
    tags: ['stable'],
    status: 'ready',
    created_at: '2026-03-10T12:00:00Z',
    updated_at: '2026-03-10T12:00:05Z',
    build_backend: 'native',
    source_type: 'declarative',
    artifact_ids: [],
    ...changes,
  };
}

/** An entry of a log as the server describes it. */
export function logEntry(offset: number, kind = 'message', changes: object = {}) {
  return {
    build_id: 'tb_1',
    template_id: 'tmpl_1',
    offset,
    timestamp: '2026-03-10T12:00:00.500Z',
    kind,
    level: 'info',
    message: `message ${offset}`,
    ...changes,
  };
}

export const templateRecord = {
  id: 'tmpl_1',
  name: 'review-api',
  description: '',
  tags: ['stable'],
  default_tag: 'default',
  builtin: false,
  canonical_ref: 'acme/review-api:default',
  namespace_slug: 'acme',
  visibility: 'private',
  runtime_defaults: { default_env_keys: ['A'], start_cmd: 'serve' },
};

/** Answers with a log; every byte comes alone, so that no reader can count on where chunks end. */
export function sendLog(response: ServerResponse, ...entries: unknown[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const text = entries.map((entry) => `: ping\ndata: ${JSON.stringify(entry)}\n\n`).join('');
  for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
  response.end();
}

/** A folder with these files, which goes with the test. */
export function contextFolder(context: TestContext, files: Record<string, string>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'nullspace-context-')), 'context');
  context.after(() => rmSync(dirname(folder), { recursive: true, force: true }));
  mkdirSync(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
