import type { UploadFailureReason } from '../schemas/uploads.ts';
import { previewCodes } from './preview-codes.ts';
import { sshCodes } from './ssh-codes.ts';
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
  template_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} was not found{why}',
    suggested_action: 'List the templates with GET /v1/templates.',
    description: 'No template of this name can be used by this tenant.',
  },
  template_build_not_found: {
    status: 404,
    retryable: false,
    message: 'Build {build_id} was not found',
    suggested_action: 'List the builds of the template with GET /v1/templates/refs/{template_ref}/builds.',
    description: 'No template build of this tenant has this id.',
  },
  template_tag_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} has no tag {tag}',
    suggested_action: 'List the tags with GET /v1/templates/refs/{template_ref}/tags.',
    description: 'The template has no such tag.',
  },
  template_alias_not_found: {
    status: 404,
    retryable: false,
    message: 'Template {template} has no alias {alias}',
    suggested_action: 'List the aliases with GET /v1/templates/refs/{template_ref}/aliases.',
    description: 'The template has no such alias.',
  },
  template_namespace_not_found: {
    status: 404,
    retryable: false,
    message: 'Namespace {namespace} was not found',
    suggested_action: 'Use the namespace of one of your templates, or nullspace.',
    description: 'There is no namespace of this name that this tenant can see.',
  },
  build_error: {
    status: 400,
    retryable: false,
    message: '{problem}',
    suggested_action: 'Correct the definition of the template and build again.',
    description:
      'A template cannot be built. `error_detail` names the phase, and the step where there is one.',
  },
  warm_pool_not_found: {
    status: 404,
    retryable: false,
    message: 'Warm pool {warm_pool_id} was not found',
    suggested_action: 'List the warm pools with GET /v1/template-warm-pools.',
    description: 'No warm pool of this tenant has this id.',
  },
  warm_pool_unavailable: {
    status: 503,
    retryable: true,
    message: 'Warm pool {warm_pool_id} had no ready sandbox within {wait_ms} ms',
    suggested_action: 'Try again, wait longer (wait_ms), or use mode "prefer", which starts one.',
    description: 'A create with mode "require" found no ready sandbox in time.',
  },
  blob_mismatch: {
    code: 'invalid_request',
    status: 422,
    retryable: false,
    message: 'The content sent for blob {blob_id} is not the one that it names: {problem}',
    suggested_action: 'Ask the preflight again with the digest of the file as it is now, and send that file.',
    description: 'The bytes of an uploaded build-context file have another digest or size.',
  },
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
  sandbox_paused: {
    code: 'sandbox_not_ready',
    status: 409,
    retryable: false,
    message: 'Sandbox {sandbox_id} is paused{resumed}',
    suggested_action: 'Resume it with POST /v1/sandboxes/{snapshot_id}/resume, or connect to it.',
    description:
      'The sandbox is saved to a snapshot and does not run, or was paused while the call was under way. `details.status` is "paused", `details.snapshot_id` names the snapshot to resume.',
  },
  snapshot_not_found: {
    status: 404,
    retryable: false,
    message: 'Snapshot {snapshot_id} was not found{why}',
    suggested_action: 'List the snapshots of this API key with GET /v1/snapshots.',
    description: 'The snapshot never existed for this tenant or was deleted.',
  },
  snapshot_in_use: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} is still needed by {user}',
    suggested_action: 'Resume or delete what needs it first.',
    description: 'A paused sandbox resumes from the snapshot, so it cannot be deleted by itself.',
  },
  snapshot_corrupt: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} is damaged{file}',
    suggested_action: 'Delete it and use another snapshot.',
    description:
      'A file of the snapshot does not match its digest. Nothing was started. `details.file` names it.',
  },
  incompatible_snapshot: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} cannot run on this host: {differs} differs',
    suggested_action: 'Run it on a host like the one that made it, or use another snapshot.',
    description: 'The host lacks what the snapshot was saved with. `details.differs` names it.',
  },
  rebuild_required: {
    status: 409,
    retryable: false,
    message: 'Snapshot {snapshot_id} was made by another version of the engine: {differs} differs',
    suggested_action: 'Make the snapshot anew with this version.',
    description:
      'The engine was changed after the snapshot was made, and cannot read it. `details.differs` names what differs.',
  },
  snapshot_failed: {
    status: 500,
    retryable: true,
    message: 'Sandbox {sandbox_id} could not be saved: {problem}. It runs on',
    suggested_action: 'Try again. If it happens again, look into the log of the host.',
    description:
      'A pause or a snapshot failed. The sandbox runs on as before and nothing of the snapshot is left.',
  },
  disk_full: {
    status: 507,
    retryable: false,
    message: 'The disk of the host has no room to save sandbox {sandbox_id}{missing}. It runs on',
    suggested_action: 'Delete snapshots or paused sandboxes, or add disk.',
    description:
      'A pause or a snapshot does not fit on the disk. The sandbox runs on. `details.missing_bytes` says how much is missing, as far as known.',
  },
  fork_failed: {
    status: 500,
    retryable: true,
    message: 'Sandbox {sandbox_id} could not be forked: {problem}',
    suggested_action: 'Try again. If it happens again, look into the log of the host.',
    description: 'A copy could not be made or started. The source runs on.',
  },
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
    description: 'The host process was not reachable for 10 seconds.',
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
