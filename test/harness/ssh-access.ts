import assert from 'node:assert/strict';
import type { Installation } from './installation.ts';
import type { MadeAccess, SshClient } from './ssh-client.ts';

/** Lets a user of OpenSSH into a sandbox. */
export async function grantAccess(
  { url, apiKey }: Installation,
  sandbox: { id: string },
  { client, ...fields }: { client: SshClient; user?: string },
): Promise<MadeAccess> {
  const answer = await fetch(`${url}/v1/sandboxes/${sandbox.id}/ssh-access`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ public_key: client.publicKey, ...fields }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()) as MadeAccess;
}
