import { printable } from '../output/printable.ts';
import type { Terminal } from '../output/terminal.ts';
import { redact } from './redact.ts';

interface Entry {
  path: string;
  entry_type: 'file' | 'dir';
  content_base64?: string;
}

/** Shows what a build would send, without sending it. */
export function describeDryRun(
  request: Record<string, unknown>,
  { json, terminal }: { json: boolean; terminal: Terminal },
): void {
  const files = (request.build_context as { files: Entry[] } | undefined)?.files ?? [];
  const context = summarize(files);
  if (json) {
    const described = files.map(({ content_base64: _, ...entry }) => entry);
    const build_context = files.length > 0 ? { build_context: { files: described } } : {};
    terminal.printJson({ dry_run: true, request: { ...redact(request), ...build_context }, context });
    return;
  }
  const steps = (request.steps as unknown[] | undefined)?.length ?? 0;
  terminal.print(
    `Nothing was built. It starts from ${printable(String(request.base_image ?? 'the Dockerfile'))}.`,
  );
  terminal.print(`Steps: ${steps}`);
  terminal.print(
    `Files: ${context.file_count} in ${context.directory_count} folders, ${context.total_bytes} bytes`,
  );
  for (const { path, size_bytes } of context.largest_files)
    terminal.print(`  ${size_bytes}\t${printable(path)}`);
}

function summarize(files: Entry[]) {
  const sized = files.flatMap(({ path, entry_type, content_base64 = '' }) =>
    entry_type === 'file' ? { path, size_bytes: Buffer.from(content_base64, 'base64').length } : [],
  );
  return {
    total_bytes: sized.reduce((sum, { size_bytes }) => sum + size_bytes, 0),
    file_count: sized.length,
    directory_count: files.length - sized.length,
    largest_files: sized.toSorted((one, other) => other.size_bytes - one.size_bytes).slice(0, 10),
  };
}
