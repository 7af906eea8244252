import type { Sandbox } from 'nullspace';
import type { Values } from '../../command.ts';

/** The sandbox that a line names, resumed if it is paused. */
export async function openSandbox(values: Values): Promise<Sandbox> {
  const { Sandbox } = await import('nullspace');
  return Sandbox.connect(values.sandboxId);
}
