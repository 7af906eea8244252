import * as z from 'zod';
import { type ErrorCode, type ErrorCodeEntry, errorCodes } from './codes.ts';

/** Body of every answer with a status of 400 or more. `code` stands at both levels, for both kinds of readers. */
export const errorEnvelope = z.object({
  error: z.object({
    message: z.string().describe('What happened, to which id.'),
    code: z.string().describe('One of the codes of the error table.'),
    request_id: z.string().describe('Finds the request in the log of the server.'),
    retryable: z.boolean().describe('The same request may succeed later.'),
    suggested_action: z.string().describe('What to do next.'),
    details: z.record(z.string(), z.unknown()).optional(),
    error_detail: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of template builds and uploads: what failed, in fields.'),
  }),
  code: z.string(),
  request_id: z.string(),
});

export type ErrorEnvelope = z.infer<typeof errorEnvelope>;

/** Values for the `{name}` places of a message. */
export type MessageValues = Record<string, string | number>;

/** Fills the message template of a code. Places without a value become empty. */
export function errorMessage(code: ErrorCode, values: MessageValues = {}): string {
  return errorCodes[code].message.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** What clients see as the code of a row. */
export function clientCode(code: ErrorCode): string {
  return (errorCodes[code] as ErrorCodeEntry).code ?? code;
}

/** Builds the body of an error answer from its row in the table. */
export function buildErrorEnvelope(options: {
  code: ErrorCode;
  message: string;
  requestId: string;
  details?: Record<string, unknown>;
  errorDetail?: Record<string, unknown>;
  suggestedAction?: string;
}): ErrorEnvelope {
  const entry: ErrorCodeEntry = errorCodes[options.code];
  return {
    error: {
      message: options.message,
      code: clientCode(options.code),
      request_id: options.requestId,
      retryable: entry.retryable,
      suggested_action: options.suggestedAction ?? entry.suggested_action,
      ...(options.details ? { details: options.details } : {}),
      ...(options.errorDetail ? { error_detail: options.errorDetail } : {}),
    },
    code: clientCode(options.code),
    request_id: options.requestId,
  };
}
