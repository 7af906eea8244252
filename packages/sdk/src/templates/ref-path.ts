import { InvalidRequestError } from '../errors/state.ts';

/** A name as one segment of a path. */
export function segment(what: string, value: string): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..')
    throw new InvalidRequestError(`${JSON.stringify(value)} names no ${what}.`);
  return encodeURIComponent(value);
}

/** Path of a template by its reference. */
export function refPath(ref: string): string {
  return `/v1/templates/refs/${segment('template', ref)}`;
}
