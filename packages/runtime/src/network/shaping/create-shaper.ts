import type { NetworkPolicy, Slot } from '../../engine.ts';
import { run } from '../../processes/run.ts';
import { changeBatch, type End, limitBatch, unlimitBatch } from './commands.ts';

type Limits = Pick<NetworkPolicy, 'uploadMbps' | 'downloadMbps'>;

/** Of one direction: the limit in Mbit/s, 0 without one, "unknown" when an earlier process may have set one. */
type Standing = number | 'unknown';

interface Directions {
  upload: Standing;
  download: Standing;
}

const none: Directions = { upload: 0, download: 0 };
const unknown: Directions = { upload: 'unknown', download: 'unknown' };

/**
 * Limits how fast guests send and receive. Both limits are queues on the two ends of the slot's veth pair, so they end
 * with the slot. Where there is no limit nothing is done.
 */
export function createShaper() {
  const standing = new Map<number, Directions>();

  async function setDirection(end: End, slot: Slot, from: Standing, to: number | undefined): Promise<void> {
    if (from === (to ?? 0)) return;
    // Where none was ever asked for, no process has set one.
    if (to === undefined && from === 'unknown') return;
    const tc = (input: string) =>
      run('tc', [...(end.namespace ? ['-n', end.namespace] : []), '-batch', '-'], { input });
    if (!to) await tc(unlimitBatch(end));
    else if (from === 0) await tc(limitBatch(end, slot.gatewayAddress, to));
    else {
      await tc(changeBatch(end, to)).catch(async (cause) => {
        if (from !== 'unknown') throw cause;
        // The process before was ended on its way there.
        await tc(unlimitBatch(end) + limitBatch(end, slot.gatewayAddress, to));
      });
    }
  }

  async function apply(slot: Slot, from: Directions, { uploadMbps, downloadMbps }: Limits): Promise<void> {
    const inside: End = { device: slot.guestInterface, namespace: slot.namespace, hostIs: 'dst' };
    const outside: End = { device: slot.namespace, hostIs: 'src' };
    const done = await Promise.allSettled([
      setDirection(inside, slot, from.upload, uploadMbps),
      setDirection(outside, slot, from.download, downloadMbps),
    ]);
    const failed = done.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Puts back what stood before a change that was not made whole. What cannot be put back is unknown from then on. */
  async function restore(slot: Slot, before: Directions): Promise<void> {
    const known = (value: Standing) => (value === 'unknown' ? undefined : value);
    standing.set(slot.index, unknown);
    await apply(slot, unknown, { uploadMbps: known(before.upload), downloadMbps: known(before.download) });
    standing.set(slot.index, before);
  }

  return {
    /** Puts limits in force, and says how to take that back. When it fails, those from before are in force. */
    async set(slot: Slot, limits: Limits): Promise<() => Promise<void>> {
      const before = standing.get(slot.index) ?? none;
      try {
        await apply(slot, before, limits);
      } catch (error) {
        await restore(slot, before).catch(() => {});
        throw error;
      }
      standing.set(slot.index, { upload: limits.uploadMbps ?? 0, download: limits.downloadMbps ?? 0 });
      return () => restore(slot, before);
    },
    /** Takes over a slot of which an earlier process may have limited something. */
    adopt(index: number): void {
      standing.set(index, unknown);
    },
    /** The slot is gone, and its limits with it. */
    forget(index: number): void {
      standing.delete(index);
    },
  };
}
