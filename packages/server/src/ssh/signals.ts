import { constants } from 'node:os';

/** Signals that SSH has names for (RFC 4254, section 6.10). */
const known = [
  ...(['SIGABRT', 'SIGALRM', 'SIGFPE', 'SIGHUP', 'SIGILL', 'SIGINT', 'SIGKILL'] as const),
  ...(['SIGPIPE', 'SIGQUIT', 'SIGSEGV', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const),
];

const rows = known.map((name): [string, number] => [name.slice('SIG'.length), constants.signals[name]]);

export const signalNames: ReadonlyMap<number, string> = new Map(rows.map(([name, number]) => [number, name]));
export const signalsByName: ReadonlyMap<string, number> = new Map(rows);
