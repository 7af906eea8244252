/** What programs in a terminal switch on and a crash leaves on: mouse, paste marks, a hidden cursor, colours. */
const plain = '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m';
const leaveAlternate = '\x1b[?1049l';

/** Signals that end this program while the terminal is raw. */
const endings = { SIGHUP: 129, SIGTERM: 143 } as const;

/**
 * Makes the local terminal raw and gives it back as it was: when asked, when the program exits for whatever reason,
 * and when it is told to end.
 *
 * @returns Gives the terminal back. Calling it again does nothing.
 */
export function makeRaw(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): { restore: () => void; sawOutput: (chunk: Uint8Array) => void } {
  let alternate = false;
  let done = false;
  const restore = (): void => {
    if (done) return;
    done = true;
    input.setRawMode(false);
    output.write(alternate ? leaveAlternate + plain : plain);
    process.off('exit', restore);
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  const handlers = Object.entries(endings).map(
    ([signal, code]) => [signal, () => process.exit(code)] as [NodeJS.Signals, () => never],
  );
  input.setRawMode(true);
  process.on('exit', restore);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    restore,
    sawOutput(chunk) {
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      const on = text.lastIndexOf('\x1b[?1049h');
      const off = text.lastIndexOf(leaveAlternate);
      if (on !== off) alternate = on > off;
    },
  };
}
