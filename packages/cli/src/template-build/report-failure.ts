import type { BuildError } from 'nullspace';
import { printable } from '../output/printable.ts';
import { snakeCase } from '../output/records/snake-case.ts';
import type { Terminal } from '../output/terminal.ts';
import type { LogFormat } from './log-printer.ts';

/** Shows on stderr why a build failed and how to look at it. */
export function reportBuildFailure(error: BuildError, format: LogFormat, terminal: Terminal): void {
  const { code, message, failure, suggestedAction, requestId, retryable, details } = error;
  const buildId = failure?.buildId ?? (details?.build_id as string | undefined);
  const inspect = buildId && `nullspace template logs ${buildId}`;
  if (format === 'jsonl') {
    const detail = failure ? snakeCase(failure) : null;
    const command = inspect ? { inspection_command: inspect } : {};
    terminal.note(
      JSON.stringify({ kind: 'terminal_error', error: message, code, error_detail: detail, ...command }),
    );
    return;
  }
  const lines: [string, unknown][] = [
    ['Build failed', message],
    ['Phase', failure?.phase],
    ['Code', code],
    ['Retryable', retryable ?? failure?.retryable],
    ['Build ID', buildId],
    ['Request ID', requestId],
    ['Suggested action', suggestedAction || undefined],
    ['Log', inspect],
  ];
  for (const [label, value] of lines) {
    if (value !== undefined) terminal.note(`${label}: ${printable(String(value), { keepLines: true })}`);
  }
}
