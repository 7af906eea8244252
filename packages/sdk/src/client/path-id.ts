import { InvalidRequestError } from '../errors/state.ts';

/** An id as one segment of a path. Refuses what would address another route. */
export function pathId(kind: string, id: string | number): string {
  const text = String(id);
  if (/^[A-Za-z0-9_-]+$/.test(text)) return text;
  throw new InvalidRequestError(
    `${JSON.stringify(text)} is not a ${kind} id: ids are letters, digits, "_" and "-".`,
  );
}
