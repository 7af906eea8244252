/** By then a service has answered whoever waited for its start. */
const quietMs = 2000;

/**
 * Collects once what loading and starting left behind, which is a fifth of an idle service: its collector alone would
 * keep it, since little is allocated later. Does nothing in a process without `nodeFlags`.
 */
export function collectStart(): void {
  const { gc } = globalThis;
  // The strongest collection there is: it also drops code that was used once.
  setTimeout(() => gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' }), quietMs).unref();
}
