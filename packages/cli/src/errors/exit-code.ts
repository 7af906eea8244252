const byCode: Record<string, number> = {
  invalid_request: 2,
  invalid_fields: 2,
  invalid_response: 2,
  not_found: 3,
  unauthorized: 4,
  unauthenticated: 4,
  missing_api_key: 4,
  permission_denied: 5,
  forbidden: 5,
  volume_read_only: 5,
  rate_limit_exceeded: 6,
  capacity_exceeded: 6,
  volume_limit_exceeded: 6,
  file_upload_limit_exceeded: 6,
  conflict: 7,
  sandbox_not_ready: 7,
  snapshot_in_use: 7,
  snapshot_corrupt: 7,
  rebuild_required: 7,
  incompatible_snapshot: 7,
  volume_busy: 7,
  exec_timeout: 8,
  exec_failed: 8,
  timeout: 8,
};

const byPattern: [RegExp, number][] = [
  [/^preview_grant_not_found$/, 3],
  [/^(edge_token|preview_grant|preview_proxy_token)_/, 4],
  [/_permission_denied$/, 5],
  [/quota|rate_limit/, 6],
  [/_conflict$/, 7],
  [/_not_found$/, 3],
];

/** What the exit codes mean, for `schema` and the documentation. */
export const exitCodes = [
  { code: 0, description: 'success' },
  { code: 1, description: 'any other failure' },
  { code: 2, description: 'the command line or the request is wrong' },
  { code: 3, description: 'not found' },
  { code: 4, description: 'not authenticated' },
  { code: 5, description: 'forbidden' },
  { code: 6, description: 'quota, capacity or rate limit' },
  { code: 7, description: 'conflict' },
  { code: 8, description: 'failure or timeout inside the sandbox' },
];

/** Exit code of the process for an error code. */
export function exitCodeFor(code: string): number {
  return byCode[code] ?? byPattern.find(([pattern]) => pattern.test(code))?.[1] ?? 1;
}
