import { InvalidRequestError } from '../../errors/state.ts';
import { shellQuote } from './shell-quote.ts';

/** How long and how often a probe tries. */
export interface ProbePacing {
  /** Seconds until the build fails. @default 30 */
  timeoutSecs?: number;
  /** Milliseconds between two tries. @default 500 */
  intervalMs?: number;
  /** Seconds before the first try. @default 2 */
  startupGraceSecs?: number;
}

/** What must hold before a started template is saved. */
export type ReadinessProbe =
  | ({ kind: 'tcp'; port: number } & ProbePacing)
  | ({ kind: 'http'; port: number; path: string } & ProbePacing)
  | ({ kind: 'command'; command: string } & ProbePacing)
  | { kind: 'timeout'; timeoutMs: number };

const localHosts = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0']);

/** Ready when something listens on the port. */
export function waitForPort(port: number, pacing: ProbePacing = {}): ReadinessProbe {
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidRequestError(`port must be a whole number from 1 to 65535; it is ${port}.`);
  return { kind: 'tcp', port, ...pacing };
}

/** Ready when the URL, http on the sandbox itself, is answered with success. */
export function waitForUrl(url: string, pacing: ProbePacing = {}): ReadinessProbe {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:' || !localHosts.has(parsed.hostname)) {
    throw new InvalidRequestError(
      `${url} is not an http URL on localhost, such as http://localhost:8080/health.`,
    );
  }
  if (parsed.search || parsed.hash)
    throw new InvalidRequestError(`${url} has a query or fragment, which a probe cannot ask for.`);
  return { kind: 'http', port: Number(parsed.port || 80), path: parsed.pathname, ...pacing };
}

/** Ready when the path exists. */
export function waitForFile(path: string, pacing: ProbePacing = {}): ReadinessProbe {
  return { kind: 'command', command: `test -e ${shellQuote(path)}`, ...pacing };
}

/** Ready when a process of exactly this name runs. The image needs `ps` and `grep`. */
export function waitForProcess(name: string, pacing: ProbePacing = {}): ReadinessProbe {
  const command = `ps -eo comm= | grep -Fx -- ${shellQuote(name)} >/dev/null`;
  return { kind: 'command', command, ...pacing };
}

/** Ready after this many milliseconds. */
export function waitForTimeout(timeoutMs: number): ReadinessProbe {
  return { kind: 'timeout', timeoutMs };
}
