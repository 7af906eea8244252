import type { pino } from 'pino';

export type LogStream = ReturnType<typeof pino.destination>;

/** Pause before a write that failed is tried again. */
const AGAIN_MS = 1000;

/**
 * Lets a stream outlive what its file does: a write that fails is tried again and again, and once one has succeeded the
 * lines that found no room meanwhile are told.
 */
export function keepWriting(stream: LogStream, onLost: (lines: number) => void): void {
  let lost = 0;
  let waiting = false;
  stream.on('drop', () => {
    lost += 1;
  });
  stream.on('error', () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      // Nothing more, but what waits goes with it.
      stream.write('');
    }, AGAIN_MS).unref();
  });
  stream.on('drain', () => {
    if (lost === 0) return;
    const lines = lost;
    lost = 0;
    onLost(lines);
  });
}
