import type { PtySession } from 'nullspace';
import { LeaveKeys } from './leave-keys.ts';
import { makeRaw } from './restore.ts';

export interface Attached {
  exitCode: number;
  /** The user left; the session runs on. */
  left: boolean;
  timedOut: boolean;
}

/** What to exit with when the time of `--timeout` is over, as timeout(1) does. */
const timedOutCode = 124;

/** Size of the local terminal; undefined when stdout is none. */
export function localSize(): { cols: number; rows: number } | undefined {
  const { columns, rows } = process.stdout;
  return columns && rows ? { cols: columns, rows } : undefined;
}

/**
 * Connects the local terminal with a session until it ends, the user types `~.` at the begin of a line, or the time is
 * over. Input that is not a terminal is sent as it is.
 *
 * @param options.quiet Output is not shown.
 */
export async function attachTerminal(
  session: PtySession,
  options: { timeoutSecs?: number; quiet?: boolean } = {},
): Promise<Attached> {
  const { stdin, stdout } = process;
  const raw = stdin.isTTY && !options.quiet ? makeRaw(stdin, stdout) : undefined;
  const outcome: Attached = { exitCode: 0, left: false, timedOut: false };
  const keys = new LeaveKeys();
  const leave = (change: Partial<Attached>): void => {
    Object.assign(outcome, change);
    session.disconnect();
  };
  // What is typed goes out in order, and what cannot be sent is told by the session's end.
  let typing = Promise.resolve();
  const type = (data: Uint8Array): void => {
    typing = typing.then(() => session.write(data)).catch(() => {});
  };
  const onData = (data: Buffer): void => {
    const typed = raw ? keys.read(data) : { pass: data, leave: false };
    if (typed.pass.length > 0) type(typed.pass);
    if (typed.leave) leave({ left: true });
  };
  // A terminal that is gone cannot be typed into any more; a file or pipe has just been sent.
  const onEnd = (): void => {
    if (raw) leave({ left: true });
  };
  const onResize = (): void => {
    const size = localSize();
    if (size) session.resize(size.cols, size.rows).catch(() => {});
  };
  const timer =
    options.timeoutSecs === undefined
      ? undefined
      : setTimeout(() => leave({ timedOut: true, exitCode: timedOutCode }), options.timeoutSecs * 1000);
  stdin.on('data', onData).on('end', onEnd);
  if (raw) stdout.on('resize', onResize);
  onResize();
  try {
    for await (const chunk of session) {
      raw?.sawOutput(chunk);
      if (!options.quiet && !stdout.write(chunk))
        await new Promise((resolve) => stdout.once('drain', resolve));
    }
    outcome.exitCode = (await session.wait()).exitCode;
  } catch (error) {
    if (!outcome.left && !outcome.timedOut) throw error;
  } finally {
    clearTimeout(timer);
    stdin.off('data', onData).off('end', onEnd).pause();
    stdout.off('resize', onResize);
    raw?.restore();
  }
  return outcome;
}
