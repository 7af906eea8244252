/** What one check found. */
export interface Probe {
  name: string;
  status: 'pass' | 'warn' | 'fail';
  message: string;
  /** How to mend it. */
  fix: string | null;
  details: Record<string, unknown> | null;
}

/** A check that passed. */
export function pass(name: string, message: string, details?: Record<string, unknown>): Probe {
  return { name, status: 'pass', message, fix: null, details: details ?? null };
}

/** A check that found something to look at. */
export function warn(name: string, message: string, fix?: string): Probe {
  return { name, status: 'warn', message, fix: fix ?? null, details: null };
}

/** A check that found what must be mended. */
export function fail(name: string, message: string, fix: string, details?: Record<string, unknown>): Probe {
  return { name, status: 'fail', message, fix, details: details ?? null };
}
