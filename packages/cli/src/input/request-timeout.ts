const names = ['NULLSPACE_REQUEST_TIMEOUT_SECONDS', 'NULLSPACE_REQUEST_TIMEOUT'];

/** How long the server may be silent, as the environment says it in seconds; what is no positive number is ignored. */
export function readRequestTimeout(): { requestTimeoutMs?: number } {
  const seconds = names.map((name) => Number(process.env[name])).find((value) => value > 0);
  return seconds !== undefined && Number.isFinite(seconds) ? { requestTimeoutMs: seconds * 1000 } : {};
}
