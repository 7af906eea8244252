import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from './cli-error.ts';

// The documentation comes with the code, so that it fits the version and needs no network.
const documentation = pathToFileURL(join(import.meta.dirname, '../../../../docs/errors.md')).href;

const hints: Record<string, string> = {
  missing_api_key: 'Set NULLSPACE_API_KEY, or run "nullspace auth login".',
  unauthorized: 'Check the API key; "nullspace doctor" tries it.',
  sandbox_not_found: 'It may have reached its timeout; "nullspace sandbox list" shows what there is.',
  snapshot_not_found: 'It may have been deleted.',
  rate_limit_exceeded: 'Wait a moment and try again.',
  invalid_request: 'Add --help to the command to see what it takes.',
};

/** A failure as the CLI shows it. */
export interface Failure {
  code: string;
  message: string;
  hint: string | null;
  doc_url: string;
  request_id: string | null;
  retryable: boolean | null;
  suggested_action?: string;
  error_detail?: unknown;
  details?: unknown;
  /** Of an upload that broke off: the command line that goes on with it. */
  resume_command?: string | null;
}

/** Reads any error: the CLI's own, the SDK's, or an unforeseen one. */
export function describeFailure(error: unknown): Failure {
  const known = error as {
    code?: unknown;
    message?: unknown;
    requestId?: unknown;
    retryable?: unknown;
    suggestedAction?: unknown;
    errorDetail?: unknown;
    details?: unknown;
    extra?: Record<string, unknown>;
  };
  const code = codeOf(error);
  return {
    code,
    message: typeof known?.message === 'string' && known.message !== '' ? known.message : String(error),
    hint: hints[code] ?? null,
    doc_url: `${documentation}#${code.replaceAll('_', '-')}`,
    request_id: typeof known?.requestId === 'string' ? known.requestId : null,
    retryable: typeof known?.retryable === 'boolean' ? known.retryable : null,
    ...(typeof known?.suggestedAction === 'string' && { suggested_action: known.suggestedAction }),
    ...(known?.errorDetail ? { error_detail: known.errorDetail } : {}),
    ...(known?.details ? { details: known.details } : {}),
    ...known?.extra,
  };
}

function codeOf(error: unknown): string {
  if (error instanceof CliError) return error.code;
  const code = (error as { code?: unknown })?.code;
  // Codes of the system and of Node are upper case; they say nothing to a caller of the API.
  return typeof code === 'string' && /^[a-z][a-z0-9_]*$/.test(code) ? code : 'cli_error';
}
