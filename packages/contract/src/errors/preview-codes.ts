import type { ErrorCodeEntry } from './codes.ts';

const again = 'Ask for a new preview URL.';

/** Codes of previews: of their routes, and of the addresses that lead to ports of sandboxes. */
export const previewCodes = {
  preview_grant_not_found: {
    status: 404,
    retryable: false,
    message: 'Sandbox {sandbox_id} has no preview grant {grant_id}',
    suggested_action: 'List the grants with GET /v1/sandboxes/{sandbox_id}/preview-urls.',
    description: 'The sandbox has no preview grant of this id.',
  },
  edge_token_missing: {
    status: 401,
    retryable: false,
    message: 'This preview asks for a token{which}',
    suggested_action:
      'Send the traffic_access_token of the sandbox in the header x-nullspace-traffic-access-token.',
    description: 'The sandbox was created with `allow_public_traffic: false` and the request has no token.',
  },
  edge_token_expired: {
    status: 401,
    retryable: false,
    message: 'The token of this preview has expired',
    suggested_action: again,
    description: 'The lifetime of an `edge_token` is over.',
  },
  edge_token_invalid: {
    status: 401,
    retryable: false,
    message: 'The token of this preview is not valid',
    suggested_action: again,
    description: 'An `edge_token` or traffic token was not made by this server, or was changed.',
  },
  edge_token_scope_mismatch: {
    status: 403,
    retryable: false,
    message: 'The token belongs to another {what}',
    suggested_action: again,
    description: 'An `edge_token` was used for another sandbox, port or transport than its own.',
  },
  preview_grant_invalid: {
    status: 401,
    retryable: false,
    message: 'The grant of this token is not known any more',
    suggested_action: again,
    description: 'The preview grant was removed together with its sandbox.',
  },
  preview_grant_revoked: {
    status: 401,
    retryable: false,
    message: 'The grant of this token was revoked',
    suggested_action: again,
    description: 'The preview grant was revoked.',
  },
  preview_proxy_token_expired: {
    status: 401,
    retryable: false,
    message: 'The proxy token has expired',
    suggested_action: 'Make a new preview proxy target.',
    description: 'The lifetime of a token in `x-nullspace-preview-proxy-token` is over.',
  },
  preview_proxy_token_invalid: {
    status: 401,
    retryable: false,
    message: 'The proxy token is not valid',
    suggested_action: 'Make a new preview proxy target.',
    description: 'A token in `x-nullspace-preview-proxy-token` was not made by this server, or was changed.',
  },
  preview_proxy_token_revoked: {
    status: 401,
    retryable: false,
    message: 'The grant of the proxy token was revoked',
    suggested_action: 'Make a new preview proxy target.',
    description: 'The grant of a token in `x-nullspace-preview-proxy-token` was revoked.',
  },
  preview_proxy_token_scope_mismatch: {
    status: 403,
    retryable: false,
    message: 'The proxy token belongs to another {what}',
    suggested_action: 'Make a preview proxy target for this port and transport.',
    description:
      'A token in `x-nullspace-preview-proxy-token` was used for another sandbox, port or transport than its own.',
  },
  sandbox_gone: {
    status: 410,
    retryable: false,
    message: 'The sandbox of this preview is gone{ended}',
    suggested_action: 'Create another sandbox and ask for a new address.',
    description: 'The address of a preview was opened after its sandbox had ended.',
  },
  preview_host_unknown: {
    status: 421,
    retryable: false,
    message: 'No preview answers under the name {host}',
    suggested_action: 'Use the address that the API gave. Operators name the machine with preview_host.',
    description: 'The Host of a request to a preview is none that this installation serves.',
  },
  preview_unreachable: {
    status: 502,
    retryable: true,
    message: 'Nothing answers on port {port} of sandbox {sandbox_id}{why}',
    suggested_action: 'Start the service inside the sandbox, or wait for it with the readiness route.',
    description: 'The port of a preview is closed, or its service broke off before it answered.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
