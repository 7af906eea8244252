import type { Query } from './message.ts';

const ADDRESS_TYPES = [1, 28];

/** Reverse names of addresses that mean something inside a network only (RFC 6303 and RFC 6598). */
const REVERSE =
  /(^|\.)(0|10|127|254\.169|168\.192|(1[6-9]|2\d|3[01])\.172|(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.100)\.in-addr\.arpa$/;

/**
 * Names that no public nameserver knows, so that nobody has to wait for one: reverse names of private addresses, which
 * many programs ask for at start, and addresses of names without a dot.
 */
export function isLocalName(query: Query): boolean {
  if (REVERSE.test(query.name)) return true;
  return ADDRESS_TYPES.includes(query.type) && query.name !== '' && !query.name.includes('.');
}
