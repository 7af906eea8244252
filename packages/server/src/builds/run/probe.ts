import type { Readiness } from '@nullspace/contract';
import type { Context } from '../../context.ts';
import { quote } from '../plan/package-commands.ts';
import type { BuildSandbox } from './build-sandbox.ts';

/** How long one attempt may take. */
const ATTEMPT_SECS = 5;

/** Whether a probe succeeds at this moment. It runs inside, where a service on the loopback address counts too. */
export async function isReady(
  context: Context,
  sandbox: BuildSandbox,
  probe: Exclude<Readiness, { kind: 'timeout' }>,
  signal: AbortSignal,
): Promise<boolean> {
  const command = scriptOf(probe);
  const call = { failure: 'exec_failed' as const, signal };
  const { exit } = await context.guests.call(sandbox.live, call, (guest, linked) =>
    guest.run(
      { command: { command, shell: true, timeoutMs: BigInt(ATTEMPT_SECS * 1000) }, maxOutputBytes: 4096n },
      { signal: linked },
    ),
  );
  return exit?.code === 0 && !exit.timedOut;
}

function scriptOf(probe: Exclude<Readiness, { kind: 'timeout' }>): string {
  if (probe.kind === 'command') return probe.command;
  if (probe.kind === 'tcp') return listens(probe.port);
  const path = probe.path.startsWith('/') ? probe.path : `/${probe.path}`;
  const url = quote(`http://127.0.0.1:${probe.port}${path}`);
  // An image may have any one of these.
  return [
    `if command -v curl >/dev/null 2>&1; then curl -fsS -o /dev/null --max-time ${ATTEMPT_SECS - 1} ${url}; exit; fi`,
    `if command -v wget >/dev/null 2>&1; then wget -q -O /dev/null -T ${ATTEMPT_SECS - 1} ${url}; exit; fi`,
    `exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=${ATTEMPT_SECS - 1})' ${url}`,
  ].join('\n');
}

/** The kernel's own table names every port that is listened on, whatever tools there are. */
function listens(port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return `grep -qE '^ *[0-9]+: [0-9A-F]+:${hex} [0-9A-F:]+ 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null`;
}
