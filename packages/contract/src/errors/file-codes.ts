import type { ErrorCodeEntry } from './codes.ts';

/** Error codes of files and watches. */
export const fileCodes = {
  file_not_found: {
    status: 404,
    retryable: false,
    message: '{path} does not exist in sandbox {sandbox_id}',
    suggested_action: 'List its parent directory.',
    description: 'The path does not exist in the sandbox.',
  },
  permission_denied: {
    status: 403,
    retryable: false,
    message: 'Access to {path} was refused in sandbox {sandbox_id}',
    suggested_action: 'Use another user, or change the permissions.',
    description: 'The account inside the sandbox has no right to the path.',
  },
  file_conflict: {
    status: 409,
    retryable: false,
    message: '{path} exists already in sandbox {sandbox_id}',
    suggested_action: 'Remove it first, or choose another path.',
    description: 'Something else is at the target path.',
  },
  too_many_entries: {
    code: 'invalid_request',
    status: 400,
    retryable: false,
    message: '{path} in sandbox {sandbox_id} holds more than one answer can',
    suggested_action: 'Ask for a directory further down, or for fewer levels.',
    description: 'A list or a search would have more than 100,000 entries.',
  },
  file_token_invalid: {
    code: 'unauthorized',
    status: 401,
    retryable: false,
    message: 'The file_token is {problem}',
    suggested_action: 'Mint another URL with POST …/files/download-url or …/upload-url.',
    description: 'A minted URL was changed, has expired, or is used for another file or direction.',
  },
  range_not_satisfiable: {
    status: 416,
    retryable: false,
    message: '{path} has {size} bytes, so the range {range} lies outside of it',
    suggested_action: 'Ask for a range within the file.',
    description: 'The Range header names bytes that the file does not have.',
  },
  sandbox_disk_full: {
    code: 'quota_exceeded',
    status: 507,
    retryable: false,
    message: 'The disk of sandbox {sandbox_id} is full',
    suggested_action: 'Remove files in the sandbox, or create one with a larger disk_mb.',
    description:
      'What was to be written does not fit onto the disk of the sandbox. Files that were there are kept.',
  },
  watch_limit: {
    code: 'quota_exceeded',
    status: 429,
    retryable: false,
    message: 'Sandbox {sandbox_id} watches as many directories as it may',
    suggested_action: 'End other watches, or watch fewer directories.',
    description: 'A watch would need more directories than one sandbox may watch.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
