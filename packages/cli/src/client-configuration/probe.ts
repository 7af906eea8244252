/** What a server says to an API key. */
export type KeyState = 'works' | 'refused' | 'unreachable';

/** Tries a key with the smallest request there is. */
export async function probeKey(
  baseUrl: string,
  apiKey: string,
  options: { timeoutMs?: number } = {},
): Promise<KeyState> {
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/v1/sandboxes?limit=1`, {
      headers: { authorization: `Bearer ${apiKey}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    });
    await response.body?.cancel();
    if (response.ok) return 'works';
    return response.status === 401 || response.status === 403 ? 'refused' : 'unreachable';
  } catch {
    return 'unreachable';
  }
}
