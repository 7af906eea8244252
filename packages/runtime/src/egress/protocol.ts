import type { EgressPorts, Refusal, RefusalReason, Target } from '../engine.ts';

/** What the egress program says, a line of JSON each. Names and reasons in it may come from guests' packets. */
export type Said =
  | { event: 'ready'; ports: EgressPorts; logFailure: string }
  | ({ event: 'ask'; id: number; open: boolean } & Target)
  | ({ event: 'refused'; protocol: Refusal['protocol']; reason: RefusalReason } & Target)
  | { event: 'rechecked'; id: number };

/** Reads a line; undefined for one that says nothing known. */
export function readLine(text: string): Said | undefined {
  const line = JSON.parse(text) as Record<string, unknown>;
  if (line.event !== 'ready') return line as Said;
  return {
    event: 'ready',
    ports: { tls: Number(line.tls_port), http: Number(line.http_port) },
    logFailure: String(line.log_failure ?? ''),
  };
}
