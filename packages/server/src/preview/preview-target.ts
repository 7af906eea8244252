import { invalidField } from '../api-error.ts';

/** A port of a sandbox, whatever id the sandbox has now. */
export interface PreviewTarget {
  executionId: string;
  port: number;
}

/** What the server itself talks to inside a guest: the agent, and the relay of shells. */
export const reservedPorts: readonly number[] = [22, 49_983];

/** @throws {ApiError} `invalid_request` for a port that is not the sandbox's own. */
export function checkPort(port: number): void {
  if (!reservedPorts.includes(port)) return;
  throw invalidField('port', `${port} belongs to the platform; choose another one`);
}

/** One name for each target. */
export function keyOf({ executionId, port }: PreviewTarget): string {
  return `${executionId}:${port}`;
}
