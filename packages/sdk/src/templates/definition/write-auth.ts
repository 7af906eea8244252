import type { RegistryAuth as WireAuth } from '@nullspace/contract';
import type { RegistryAuth } from './registry-auth.ts';

/** Credentials on the wire. */
export function writeAuth(auth: RegistryAuth): WireAuth {
  if (auth.kind === 'basic') return auth;
  if (auth.kind === 'gcp') {
    const given = auth.serviceAccountJson;
    return {
      kind: 'gcp_artifact_registry',
      service_account_json: typeof given === 'string' ? JSON.parse(given) : given,
    };
  }
  return {
    kind: 'aws_ecr',
    access_key_id: auth.accessKeyId,
    secret_access_key: auth.secretAccessKey,
    region: auth.region,
    ...(auth.sessionToken === undefined ? {} : { session_token: auth.sessionToken }),
  };
}
