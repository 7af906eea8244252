import type { UploadFailureReason } from '../schemas/uploads.ts';
import { fileCodes } from './file-codes.ts';
import { previewCodes } from './preview-codes.ts';
import { snapshotCodes } from './snapshot-codes.ts';
import { sshCodes } from './ssh-codes.ts';
import { templateCodes } from './template-codes.ts';
import { uploadErrors } from './upload-errors.ts';

/** What is fixed about an error code. `{name}` in a message is filled in by whoever raises it. */
export interface ErrorCodeEntry {
  /** What clients see as the code. Absent: the name of the row. */
  code?: string;
  /** Of a `file_upload_error`: the reason that clients see in `error_detail`. */
  uploadReason?: UploadFailureReason;
  status: number;
  retryable: boolean;
  message: string;
  suggested_action: string;
  /** When it is raised, for the reference page. */
  description: string;
}

/** Every error code of the API: one row a code. The reference page of errors is this table. */
export const errorCodes = {
  unauthorized: {
    status: 401,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Send "Authorization: Bearer <API key>". Make a key with `nullspace keys create`.',
    description: 'The API key is missing, malformed, unknown or revoked.',
  },
  invalid_request: {
    status: 400,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Correct the named field and send the request again.',
    description:
      'A field, parameter, header or body is wrong. Nothing was changed. `details.issues` names each.',
  },
  invalid_fields: {
    status: 400,
    retryable: false,
    message: 'fields: "{field}" is not a field of this resource',
    suggested_action: 'Use names from `details.known`.',
    description: 'A projection (`fields`) names an unknown field.',
  },
  not_found: {
    status: 404,
    retryable: false,
    message: 'There is no route {method} {path}',
    suggested_action: 'Check the path against /v1/openapi.json. Paths have no trailing slash.',
    description: 'The path is not part of the API.',
  },
  method_not_allowed: {
    status: 405,
    retryable: false,
    message: '{path} does not answer {method}; it answers {allowed}',
    suggested_action: 'Use one of the methods in the Allow header.',
    description: 'The path exists, but not with this method.',
  },
  payload_too_large: {
    status: 413,
    retryable: false,
    message: 'The request body is larger than {limit} bytes',
    suggested_action: 'Send less at once. Files can be streamed with PUT …/file.',
    description: 'The body is over the limit of its route.',
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    message: '{what} is not accepted here',
    suggested_action: 'Send JSON in UTF-8 with "Content-Type: application/json", not compressed.',
    description: 'The body has a content type, a charset or an encoding that the route does not read.',
  },
  upgrade_required: {
    status: 426,
    retryable: false,
    message: '{path} is a WebSocket',
    suggested_action: 'Open it with a WebSocket client.',
    description: 'A WebSocket path was called as plain HTTP.',
  },
  sandbox_not_found: {
    status: 404,
    retryable: false,
    message: 'Sandbox {sandbox_id} was not found{ended}',
    suggested_action: 'List the sandboxes of this API key, or create one.',
    description:
      'The sandbox never existed for this tenant or has ended. For one that ended, `details` holds `ended_at`, `reason` and `message`.',
  },
  webhook_not_found: {
    status: 404,
    retryable: false,
    message: 'Webhook {webhook_id} was not found',
    suggested_action: 'List the webhooks with GET /v1/lifecycle/webhooks.',
    description: 'No webhook of this tenant has this id.',
  },
  delivery_not_found: {
    status: 404,
    retryable: false,
    message: 'Webhook {webhook_id} has no delivery {delivery_id}',
    suggested_action: 'List the deliveries of the webhook.',
    description: 'The webhook has no delivery of this id, or it is no longer kept.',
  },
  ...templateCodes,
  forbidden: {
    status: 403,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Use a template of your own.',
    description: 'The resource can be used but not changed by this tenant, for example a built-in template.',
  },
  process_not_found: {
    status: 404,
    retryable: false,
    message: 'Sandbox {sandbox_id} has no process {pid}',
    suggested_action: 'List the processes of the sandbox.',
    description: 'No process with this pid was started through the API, or it is no longer remembered.',
  },
  pty_not_found: {
    status: 404,
    retryable: false,
    message: 'Sandbox {sandbox_id} has no terminal {session_id}',
    suggested_action: 'List the terminals with GET …/pty, or start one.',
    description: 'No terminal of this id or pid runs in the sandbox.',
  },
  ...fileCodes,
  ...uploadErrors,
  conflict: {
    status: 409,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Read the current state and decide again.',
    description: 'The state of the resource does not allow the call, for example stdin that is closed.',
  },
  sandbox_not_ready: {
    status: 409,
    retryable: true,
    message: 'Sandbox {sandbox_id} is {status}, not running{why}',
    suggested_action: 'Wait until its status is "running", or create another one.',
    description: 'The sandbox exists but takes no calls: it is being created or ended in an error.',
  },
  // Published clients take this code for a conflict; ours know a paused one by `details.status`.
  ...snapshotCodes,
  idempotency_conflict: {
    status: 409,
    retryable: false,
    message: 'The idempotency key was used before with a different request',
    suggested_action: 'Use a new Idempotency-Key for a new request.',
    description: 'An Idempotency-Key came again with another body within 24 hours.',
  },
  transition_in_progress: {
    status: 409,
    retryable: true,
    message: 'The first request with this idempotency key is still running',
    suggested_action: 'Send the same request with the same key again in a moment.',
    description: 'A repeated create arrived while the first one runs.',
  },
  transition_recovery_required: {
    status: 503,
    retryable: true,
    message: 'The first request with this idempotency key broke off and is being repaired',
    suggested_action: 'Send the same request with the same key again in a moment.',
    description: 'The server was interrupted in the middle of a create and is finding out how far it came.',
  },
  rate_limit_exceeded: {
    status: 429,
    retryable: true,
    message: 'More than {limit} requests of this tenant are being served',
    suggested_action: 'Wait for Retry-After seconds and send it again.',
    description: 'Too many requests of one tenant at the same moment.',
  },
  quota_exceeded: {
    status: 429,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Remove what is not needed any more, or ask the operator for a higher limit.',
    description: 'A limit of the tenant or the disk of a sandbox is used up.',
  },
  capacity_exceeded: {
    status: 429,
    retryable: false,
    message: 'No host has room for this sandbox: {problem}',
    suggested_action: 'Ask for less memory or fewer vCPUs, kill sandboxes, or add capacity.',
    description: 'The machine cannot hold another sandbox of this size.',
  },
  create_failed: {
    status: 500,
    retryable: true,
    message: 'Sandbox {sandbox_id} could not be started: {problem}',
    suggested_action: 'Try again. If it happens again, look into the log of the host.',
    description: 'The host could not start the sandbox. Nothing of it is left on the machine.',
  },
  exec_failed: {
    status: 502,
    retryable: true,
    message: 'The command could not be run in sandbox {sandbox_id}: {problem}',
    suggested_action: 'Try again. If it happens again, create another sandbox.',
    description: 'The command could not be started or the guest did not answer as it should.',
  },
  exec_timeout: {
    status: 408,
    retryable: false,
    message: 'The command ran longer than its timeout_secs of {timeout_secs} and was killed',
    suggested_action: 'Give it a larger timeout_secs, or start it in the background.',
    description:
      'A command was killed at its timeout. Commands that ran for 5 seconds or more answer 200 with exit_code 124 instead.',
  },
  guest_unavailable: {
    status: 502,
    retryable: true,
    message: 'Sandbox {sandbox_id} did not answer: {problem}',
    suggested_action: 'Try again. If it happens again, create another sandbox.',
    description: 'The agent inside the sandbox cannot be reached or answers wrongly.',
  },
  bandwidth_unsupported: {
    status: 501,
    retryable: false,
    message: 'The machine of this server cannot limit bandwidth: {problem}',
    suggested_action:
      'Leave network.bandwidth out. The operator is told by `nullspace doctor` what is missing.',
    description:
      "The host's kernel lacks CONFIG_NET_SCH_HTB, CONFIG_NET_SCH_TBF or CONFIG_NET_CLS_U32, or `tc` of iproute2 is not installed. Nothing was made or changed.",
  },
  host_unavailable: {
    status: 503,
    retryable: true,
    message: 'The host does not answer',
    suggested_action: 'Try again. If it goes on, run `nullspace doctor` on the machine.',
    description:
      'The host process was not reachable for 10 seconds, or did not answer for 10, or for 30 in the middle of a longer call.',
  },
  database_unavailable: {
    status: 503,
    retryable: true,
    message: 'The database does not answer',
    suggested_action: 'Try again. If it goes on, look at the database and its disk.',
    description: 'The database is locked, full or cannot be reached.',
  },
  ...previewCodes,
  ...sshCodes,
  not_implemented: {
    status: 501,
    retryable: false,
    message: 'This server does not offer {feature} yet',
    suggested_action: 'Leave the feature out, or use a server that has it.',
    description:
      'The route or option belongs to a feature that this version does not have. `details.feature` names it.',
  },
  internal_error: {
    status: 500,
    retryable: true,
    message: 'Something went wrong inside the server',
    suggested_action: 'Give the request id to the operator, who finds the cause in the log.',
    description: 'A fault of the server itself.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;

export type ErrorCode = keyof typeof errorCodes;
