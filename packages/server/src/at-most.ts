import { invalidField } from './api-error.ts';

/** Refuses a value over its bound. */
export function atMost(field: string, value: number, bound: number): void {
  if (value > bound) throw invalidField(field, `must be at most ${bound} on this server; it is ${value}`);
}
