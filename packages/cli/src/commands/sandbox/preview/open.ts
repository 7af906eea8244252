import type { PortReadiness, Sandbox } from 'nullspace';
import type { Values } from '../../../command.ts';
import { readinessOf } from './parameters.ts';

/** The sandbox that a line names, as it is: a paused one stays paused. */
export async function openAsIs(values: Values): Promise<Sandbox> {
  const { Sandbox } = await import('nullspace');
  return Sandbox.connect(values.sandboxId, { resume: false });
}

/** Waits for the port, when the line says so. */
export async function waitIfAsked(sandbox: Sandbox, values: Values): Promise<PortReadiness | undefined> {
  return values.wait ? await sandbox.previews.waitFor(values.port, readinessOf(values)) : undefined;
}
