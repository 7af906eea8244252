import { type ErrorCodeEntry, errorCodes } from '@nullspace/contract';
import { clientCodes } from './client-codes.ts';
import { NOTICE, table } from './markdown.ts';

/** docs/errors.md: the table of error codes. */
export function errorsPage(): string {
  const seen = new Set<string>();
  // A code has several rows where it has several causes: links to it lead to the first.
  const linkable = (code: string) => {
    const anchor = seen.has(code) ? '' : `<a id="${code.replaceAll('_', '-')}"></a>`;
    seen.add(code);
    return `${anchor}\`${code}\``;
  };
  const rows = Object.entries(errorCodes as Record<string, ErrorCodeEntry>)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, entry]) => [
      linkable(entry.code ?? name),
      String(entry.status),
      entry.retryable ? 'yes' : 'no',
      entry.description,
      entry.suggested_action,
    ]);
  return `${NOTICE}

# Errors

Every answer with a status of 400 or more has this body. \`code\` stands at both levels, for both kinds of readers.

\`\`\`json
{
  "error": {
    "message": "Sandbox sb_7f3c2a was not found",
    "code": "sandbox_not_found",
    "request_id": "req_4ojdvrsxhplq3k5237mo",
    "retryable": false,
    "suggested_action": "List the sandboxes of this API key, or create one.",
    "details": { "sandbox_id": "sb_7f3c2a" }
  },
  "code": "sandbox_not_found",
  "request_id": "req_4ojdvrsxhplq3k5237mo"
}
\`\`\`

- \`retryable\`: the same request may succeed later. With a \`Retry-After\` header, after that many seconds.
- \`details.issues\` of \`invalid_request\` names each wrong field and what is wrong with it.
- \`request_id\` is also the \`X-Request-Id\` header, and finds the request in the log of the server.

${table(['Code', 'Status', 'Retryable', 'When', 'What to do'], rows)}

## Of the clients

SDKs and command line have codes of their own for failures of which the server knows nothing.

${table(
  ['Code', 'When', 'What to do'],
  clientCodes.map(([code, ...texts]) => [linkable(code), ...texts]),
)}
`;
}
