import { pathId } from '../ids.ts';
import { newSshAccess, revokedSshAccess, sshAccessList, sshAccessRequest } from '../schemas/ssh.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

const path = '/v1/sandboxes/{sandbox_id}/ssh-access';

export const sshRoutes = {
  createSshAccess: defineRoute({
    id: 'createSshAccess',
    method: 'POST',
    path,
    tag: 'SSH',
    summary: 'Lets the holder of a key into a sandbox over SSH for a while.',
    description:
      'The relay of the server then takes the key as `<sandbox id>@<host>`, or its certificate under the name of the account. Shells, commands, SFTP and forwards to ports of the sandbox work; nothing has to be installed inside.',
    params: sandboxParams,
    body: sshAccessRequest,
    status: 201,
    response: newSshAccess,
    errors: ['sandbox_not_found', 'sandbox_not_ready', 'quota_exceeded', 'ssh_disabled'],
  }),
  listSshAccess: defineRoute({
    id: 'listSshAccess',
    method: 'GET',
    path,
    tag: 'SSH',
    summary: 'Lists the SSH accesses of a sandbox, newest first, those that are over too.',
    params: sandboxParams,
    status: 200,
    response: sshAccessList,
    errors: ['sandbox_not_found'],
  }),
  revokeSshAccess: defineRoute({
    id: 'revokeSshAccess',
    method: 'DELETE',
    path: `${path}/{access_id}`,
    tag: 'SSH',
    summary: 'Revokes an SSH access and cuts the connections that were let in by it.',
    params: sandboxParams.extend({ access_id: pathId }),
    status: 200,
    response: revokedSshAccess,
    errors: ['sandbox_not_found', 'ssh_access_not_found'],
  }),
};
