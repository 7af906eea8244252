import { fetchTransport } from './fetch.ts';
import { nodeTransport } from './node-http.ts';
import type { Transport } from './transport.ts';

/** The caller's `fetch` if given, else Node's HTTP client, else the platform's `fetch`. */
export function chooseTransport(baseUrl: string, fetch: typeof globalThis.fetch | undefined): Transport {
  if (fetch) return fetchTransport(baseUrl, fetch);
  return nodeTransport(baseUrl) ?? fetchTransport(baseUrl, globalThis.fetch.bind(globalThis));
}
