import { type OperationName, operationTable, type StepOf } from './operation-table.ts';

type AfterStep = { [Name in OperationName]: `${Name}.after_${StepOf<Name>}` }[OperationName];

export type FaultPoint = AfterStep | 'kill.before_journal';

/**
 * Points at which a test can let the host die: after each step of each operation. The environment variable
 * `NULLSPACE_FAULT_POINT=<point>` makes the process end itself by SIGKILL when it gets there; `<point>:<n>` when it
 * gets there for the nth time.
 */
export const faultPoints: readonly FaultPoint[] = [
  'kill.before_journal',
  ...Object.entries(operationTable).flatMap(([name, { steps }]) =>
    steps.map((step) => `${name}.after_${step}` as FaultPoint),
  ),
];

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
