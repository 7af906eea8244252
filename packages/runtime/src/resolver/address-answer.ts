import dns from 'dns-packet';
import { codes, createAnswer, type Query } from './message.ts';

const A = 1;
const AAAA = 28;
/** Records that would carry further addresses and keys to hide names with, and questions for all there is. */
const UNANSWERED = [AAAA, 64, 65, 251, 252, 255];
const IN = 1;
const MOST_ALIASES = 16;

/** What a lookup of a name that a guest may reach asks for. */
export function kindOf(query: Query): 'addresses' | 'nothing' | 'other' {
  const classOf = query.bytes.readUInt16BE(query.end - 2);
  if (classOf !== IN || UNANSWERED.includes(query.type)) return 'nothing';
  return query.type === A ? 'addresses' : 'other';
}

/**
 * The addresses of the name asked for in a nameserver's answer, along its aliases, and the shortest time to live on the
 * way. Undefined: it says something else, or cannot be read.
 */
export function readAddresses(
  query: Query,
  answer: Buffer,
): { addresses: string[]; ttl: number } | undefined {
  if ((answer[3]! & 0x0f) !== codes.success) return undefined;
  let records: dns.Answer[];
  try {
    records = dns.decode(answer).answers ?? [];
  } catch {
    return undefined;
  }
  let name = query.name;
  let ttl = Number.POSITIVE_INFINITY;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases++) {
    const own = records.filter((record) => record.name.toLowerCase() === name);
    const found = own.flatMap((record) => (record.type === 'A' ? record : []));
    for (const record of found) ttl = Math.min(ttl, record.ttl ?? 0);
    if (found.length > 0) return { addresses: [...new Set(found.map(({ data }) => data))], ttl };
    const alias = own.flatMap((record) => (record.type === 'CNAME' ? record : []))[0];
    if (!alias) return undefined;
    ttl = Math.min(ttl, alias.ttl ?? 0);
    name = alias.data.toLowerCase();
  }
  return undefined;
}

/** An answer of our own with these addresses; with none that the name has no records. */
export function createAddressAnswer(
  query: Query,
  { addresses, ttl }: { addresses: readonly string[]; ttl: number },
): Buffer {
  const head = createAnswer(query, codes.success);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const record = Buffer.alloc(16);
    // The name of the question, A, IN.
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(A, 2);
    record.writeUInt16BE(IN, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(4, 10);
    record.set(address.split('.').map(Number), 12);
    return record;
  });
  return Buffer.concat([head, ...records]);
}
