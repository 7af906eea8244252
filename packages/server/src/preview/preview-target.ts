/** A port of a sandbox, whatever id the sandbox has now. */
export interface PreviewTarget {
  executionId: string;
  port: number;
}

/** What the server itself talks to inside a guest: the agent, and the relay of shells. */
export const reservedPorts: readonly number[] = [22, 49_983];

/** One name for each target. */
export function keyOf({ executionId, port }: PreviewTarget): string {
  return `${executionId}:${port}`;
}
