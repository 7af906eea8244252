/** Kinds of terminals that every image knows; others would leave programs without one. */
const known = /^(xterm|screen|tmux|linux|vt\d+|rxvt)/;

/** What a shell in the sandbox should know of the local terminal. */
export function terminalEnvironment(): Record<string, string> {
  const { TERM, COLORTERM } = process.env;
  return {
    ...(TERM && known.test(TERM) ? { TERM } : {}),
    ...(COLORTERM ? { COLORTERM } : {}),
  };
}
