/** Memory that a step may take: its services and a handful of sandboxes. */
const laneBytes = 3 * 2 ** 30;
/** More would wait for the disk. */
const mostLanes = 8;

/**
 * How many steps run side by side. Most of a step is waiting, for a disk or for a sandbox to start, so one more than
 * there are processors.
 */
export function countLanes(machine: { processors: number; memoryBytes: number }): number {
  const byMemory = Math.floor(machine.memoryBytes / laneBytes);
  return Math.max(1, Math.min(machine.processors + 1, byMemory, mostLanes));
}

/** Reads the number of lanes that was asked for. */
export function parseLanes(asked: string): number {
  const lanes = Number(asked);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 64)
    throw new Error(`--lanes "${asked}" is not a whole number from 1 to 64`);
  return lanes;
}

/** Does all of a list in its order, up to `lanes` at once. */
export async function inLanes<T>(all: readonly T[], lanes: number, act: (one: T) => Promise<void>) {
  const waiting = [...all];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await act(next);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
