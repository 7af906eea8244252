/**
 * Points at which a test can let the server die. The environment variable `NULLSPACE_FAULT_POINT=<point>` makes the
 * process end itself by SIGKILL when it gets there; `<point>:<n>` when it gets there for the nth time.
 */
export const serverFaultPoints = [
  'create.recorded',
  'create.served',
  'create.told',
  'build.begun',
  'build.base_resolved',
  'build.step_done',
  'build.layer_saved',
  'build.image_assembled',
  'build.service_ready',
  'build.snapshot_saved',
  'build.result_kept',
  'build.finished',
] as const;

export type ServerFaultPoint = (typeof serverFaultPoints)[number];

/** Called by the server at each point. */
export type ReachPoint = (point: ServerFaultPoint) => void;

/**
 * What the server calls at each point.
 *
 * @throws {Error} For a point that there is none of.
 */
export function readFaultPoint(value: string | undefined): ReachPoint {
  if (!value) return () => {};
  const [name, count = '1'] = value.split(':');
  if (!serverFaultPoints.includes(name as ServerFaultPoint) || !/^[1-9]\d*$/.test(count)) {
    throw new Error(`NULLSPACE_FAULT_POINT is ${value}; points are ${serverFaultPoints.join(', ')}`);
  }
  let left = Number(count);
  return (point) => {
    if (point !== name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
