/** Calls back at Ctrl-C in place of ending the program, until it is disposed. */
export function onInterrupt(callback: () => void): Disposable {
  process.on('SIGINT', callback);
  return { [Symbol.dispose]: () => void process.off('SIGINT', callback) };
}
