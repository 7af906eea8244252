import type { ErrorCodeEntry } from './codes.ts';

/** Codes of SSH access. */
export const sshCodes = {
  ssh_access_not_found: {
    status: 404,
    retryable: false,
    message: 'Sandbox {sandbox_id} has no SSH access {access_id}',
    suggested_action: 'List the accesses with GET /v1/sandboxes/{sandbox_id}/ssh-access.',
    description: 'The sandbox has no SSH access of this id.',
  },
  ssh_disabled: {
    status: 403,
    retryable: false,
    message: 'SSH is switched off on this server',
    suggested_action: 'Use commands, terminals and files of the API, or ask the operator for ssh_enabled.',
    description: 'The operator has set `ssh_enabled` to false.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
