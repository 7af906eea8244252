/**
 * Points at which a test can let the host die, in the order in which a create and a kill pass them. The
 * environment variable `NULLSPACE_FAULT_POINT=<point>` makes the process end itself by SIGKILL when it gets there;
 * `<point>:<n>` when it gets there for the nth time.
 */
export const faultPoints = [
  'create.after_reserve',
  'create.after_journal',
  'create.after_slot',
  'create.after_engine',
  'create.after_agent',
  'create.after_configure',
  'create.after_running',
  'kill.before_journal',
  'kill.after_journal',
  'kill.after_engine',
  'kill.after_slot',
  'kill.after_folder',
  'kill.after_clean',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

/** Called by the host at each point. */
export type ReachPoint = (point: FaultPoint) => void;

/**
 * What the host calls at each point.
 *
 * @throws {Error} For a point that there is none of.
 */
export function readFaultPoint(value: string | undefined): ReachPoint {
  if (!value) return () => {};
  const [name, count = '1'] = value.split(':');
  if (!faultPoints.includes(name as FaultPoint) || !/^[1-9]\d*$/.test(count)) {
    throw new Error(`NULLSPACE_FAULT_POINT is ${value}; points are ${faultPoints.join(', ')}`);
  }
  let left = Number(count);
  return (point) => {
    if (point !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
