import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { RuntimeFailure } from '../errors.ts';

const FRESH_MS = 5_000;

export interface Nameserver {
  address: string;
  port: number;
}

/** Parses "192.0.2.1", "192.0.2.1:5353", "2001:db8::1" or "[2001:db8::1]:5353". */
export function parseNameserver(text: string): Nameserver {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const [address = '', port = '53'] =
    bracketed !== null ? bracketed.slice(1) : isIP(text) === 6 ? [text] : text.split(':');
  if (isIP(address) === 0 || Number(port) < 1 || Number(port) > 65535) {
    throw new RuntimeFailure(
      `The nameserver ${JSON.stringify(text)} is no IP address with an optional port.`,
    );
  }
  return { address, port: Number(port) };
}

/** Nameservers of a resolv.conf file; lines that make no sense are passed over. */
export function parseResolvConf(text: string): Nameserver[] {
  const servers: Nameserver[] = [];
  for (const line of text.split('\n')) {
    const [keyword, value = ''] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && isIP(value) !== 0) servers.push({ address: value, port: 53 });
  }
  return servers;
}

/** The machine's own nameservers, read again when the last look is some seconds old. */
export function createSystemNameservers(file = '/etc/resolv.conf'): () => Promise<Nameserver[]> {
  let servers: Nameserver[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - readAt < FRESH_MS) return servers;
    readAt = performance.now();
    servers = parseResolvConf(await readFile(file, 'utf8').catch(() => ''));
    return servers;
  };
}
