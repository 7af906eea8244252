import { presentSandbox } from '../sandboxes/present-sandbox.ts';
import type { Sandbox, StoredResponse } from '../store/records.ts';

/** The answer of what was created, as it is stored and replayed. */
export function createdResponse(body: object): StoredResponse {
  return {
    statusCode: 201,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

/** The same for a sandbox. */
export function createdSandbox(sandbox: Sandbox): StoredResponse {
  return createdResponse(presentSandbox(sandbox));
}
