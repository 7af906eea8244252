import { printable } from '../output/printable.ts';
import type { Terminal } from '../output/terminal.ts';
import { describeFailure } from './envelope.ts';
import { exitCodeFor } from './exit-code.ts';

/**
 * Shows a failure: as JSON on stdout, or as text on stderr.
 *
 * @returns The exit code that belongs to it.
 */
export function reportFailure(error: unknown, options: { json: boolean; terminal: Terminal }): number {
  const { json, terminal } = options;
  const failure = describeFailure(error);
  if (json) {
    terminal.printJson({ error: failure });
  } else {
    terminal.note(`Error: ${printable(failure.message, { keepLines: true })}`);
    const action = failure.suggested_action ?? failure.hint;
    if (action) terminal.note(`Suggested action: ${printable(action)}`);
    if (failure.request_id) terminal.note(`Request ID: ${printable(failure.request_id)}`);
    if (failure.resume_command) terminal.note(`Resume with: ${printable(failure.resume_command)}`);
    if (process.env.NULLSPACE_DEBUG && error instanceof Error) terminal.note(error.stack ?? '');
  }
  return exitCodeFor(failure.code);
}
