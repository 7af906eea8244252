import { RuntimeFailure } from './errors.ts';

/** Ids become names of control groups and files, so nothing else may stand in them. */
export function requireInstanceId(id: string): void {
  if (/^[a-z0-9]{1,64}$/.test(id)) return;
  throw new RuntimeFailure(
    `Instance id ${JSON.stringify(id)} is not made of 1 to 64 lower-case letters and digits.`,
  );
}
