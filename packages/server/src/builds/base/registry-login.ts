import type { RegistryAuth } from '@nullspace/contract';
import { AwsClient } from 'aws4fetch';
import * as z from 'zod';
import { BuildFailure } from '../build-failure.ts';

export interface Login {
  username: string;
  password: string;
}

const ANSWER_MS = 20_000;
const answer = z.object({
  authorizationData: z.array(z.object({ authorizationToken: z.string() })).min(1),
});

/**
 * User and password for a registry.
 *
 * @throws {BuildFailure} When AWS gives none for these keys.
 */
export async function registryLogin(auth: RegistryAuth | undefined, signal: AbortSignal): Promise<Login> {
  if (!auth) return { username: '', password: '' };
  if (auth.kind === 'basic') return { username: auth.username, password: auth.password };
  if (auth.kind === 'gcp_artifact_registry') {
    return { username: '_json_key', password: JSON.stringify(auth.service_account_json) };
  }
  return askEcr(auth, signal);
}

async function askEcr(auth: Extract<RegistryAuth, { kind: 'aws_ecr' }>, signal: AbortSignal): Promise<Login> {
  if (!/^[a-z0-9-]{1,40}$/.test(auth.region)) throw refused(`${auth.region} is not a region`);
  const client = new AwsClient({
    accessKeyId: auth.access_key_id,
    secretAccessKey: auth.secret_access_key,
    ...(auth.session_token === undefined ? {} : { sessionToken: auth.session_token }),
    service: 'ecr',
    region: auth.region,
    retries: 1,
  });
  try {
    const response = await client.fetch(`https://api.ecr.${auth.region}.amazonaws.com/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      },
      body: '{}',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    if (!response.ok) throw refused(`AWS answered ${response.status}`);
    const [data] = answer.parse(await response.json()).authorizationData;
    const [username = '', ...password] = Buffer.from(data!.authorizationToken, 'base64')
      .toString()
      .split(':');
    return { username, password: password.join(':') };
  } catch (error) {
    if (error instanceof BuildFailure || signal.aborted) throw error;
    throw refused('AWS could not be asked', error);
  }
}

function refused(problem: string, cause?: unknown): BuildFailure {
  return new BuildFailure('auth', `No token for the registry: ${problem}`, {
    code: 'unauthorized',
    action: 'Check the AWS keys and the region.',
    cause,
  });
}
