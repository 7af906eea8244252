import { idPrefixes } from '@nullspace/contract';

/**
 * Id of the snapshot under which a sandbox is saved when it is paused. There is one at most, since a resumed sandbox
 * has another id; so it follows from the id, and nothing has to be stored before the pause.
 */
export function pauseSnapshotId(sandboxId: string): string {
  return idPrefixes.snapshot + sandboxId.slice(idPrefixes.sandbox.length);
}
