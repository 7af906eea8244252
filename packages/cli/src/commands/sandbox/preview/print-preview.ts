import type { PreviewUrl, Sandbox } from 'nullspace';
import type { Call } from '../../../command.ts';
import { previewRecord, readinessRecord, redacted } from '../../../output/records/preview.ts';
import { waitIfAsked } from './open.ts';

/** Prints a preview; on a terminal without its tokens, unless `--raw` asks for them. */
export async function printPreview(
  { values, json, terminal }: Call,
  sandbox: Sandbox,
  preview: PreviewUrl,
): Promise<void> {
  const readiness = await waitIfAsked(sandbox, values);
  const selected = values.websocket ? preview.websocketUrl : preview.url;
  if (json) {
    return terminal.printJson({
      ...previewRecord(preview),
      selected_transport: values.websocket ? 'websocket' : 'http',
      selected_url: selected,
      ...(readiness ? { readiness: readinessRecord(readiness) } : {}),
    });
  }
  if (readiness && !readiness.ready)
    terminal.note(`Port ${values.port} does not answer yet: ${readiness.error}`);
  terminal.print(`grant    ${preview.grant.id}`);
  terminal.print(`url      ${values.raw ? selected : redacted(selected)}`);
  terminal.print(`expires  ${preview.expiresAt?.toISOString() ?? ''}`);
}
