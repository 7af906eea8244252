import type { LookupGate } from '../engine.ts';
import { createAddressAnswer, kindOf, readAddresses } from './address-answer.ts';
import { askOverTcp } from './ask-tcp.ts';
import { isLocalName } from './local-names.ts';
import { codes, createAnswer, isTruncated, parseQuery, type Query } from './message.ts';
import type { Nameserver } from './nameservers.ts';

/** Most lookups at the same moment: of one guest, and of all. */
const GUEST_PENDING = 64;
const TOTAL_PENDING = 2048;

export interface AnswerOptions {
  mayResolve(address: string): boolean;
  /** Names that guests may reach. @default none is treated in its own way */
  lookups?: LookupGate;
  nameservers(): Promise<Nameserver[]>;
  /** Milliseconds that one nameserver is given. */
  timeoutMs: number;
}

export type Ask = (query: Query, server: Nameserver, timeoutMs: number) => Promise<Buffer>;

/** Decides on guests' lookups and forwards those that are allowed. */
export function createAnswerer(options: AnswerOptions) {
  const { mayResolve, lookups, nameservers, timeoutMs } = options;
  const pending = new Map<string, number>();
  let total = 0;

  async function forward(query: Query, ask: Ask): Promise<Buffer> {
    for (const server of (await nameservers()).slice(0, 3)) {
      try {
        return await ask(query, server, timeoutMs);
      } catch {
        // The next one is asked.
      }
    }
    return createAnswer(query, codes.serverFailure);
  }

  /** Looks a name up that a guest may reach, and makes the addresses reachable before they are told. */
  async function answerNamed(query: Query, guest: string, gate: LookupGate, ask: Ask): Promise<Buffer> {
    const kind = kindOf(query);
    if (kind === 'nothing') return createAddressAnswer(query, { addresses: [], ttl: 0 });
    let reply = await forward(query, ask);
    if (kind === 'other') return reply;
    if (isTruncated(reply)) reply = await forward(query, askOverTcp);
    const found = readAddresses(query, reply);
    // Without addresses there is nothing to hide; what cannot be read is not passed on.
    if (!found) return createAnswer(query, reply[3]! & 0x0f);
    const pinned = await gate.pin(guest, query.name, found);
    if (pinned.addresses.length === 0) return createAnswer(query, codes.noSuchName);
    return createAddressAnswer(query, pinned);
  }

  /** Answer to a message of a guest; undefined for one that is no query. */
  return async function answer(message: Buffer, guest: string, ask: Ask): Promise<Buffer | undefined> {
    const query = parseQuery(message);
    if (!query) return undefined;
    if (!mayResolve(guest)) {
      lookups?.refused(guest, query.name);
      return createAnswer(query, codes.refused);
    }
    if (isLocalName(query)) return createAnswer(query, codes.noSuchName);
    const decision = lookups?.decide(guest, query.name) ?? 'forward';
    if (decision === 'refuse') {
      lookups?.refused(guest, query.name);
      return createAnswer(query, codes.noSuchName);
    }
    const own = pending.get(guest) ?? 0;
    if (own >= GUEST_PENDING || total >= TOTAL_PENDING) return createAnswer(query, codes.serverFailure);
    pending.set(guest, own + 1);
    total += 1;
    try {
      if (lookups && decision === 'pin') return await answerNamed(query, guest, lookups, ask);
      return await forward(query, ask);
    } finally {
      total -= 1;
      const left = (pending.get(guest) ?? 1) - 1;
      if (left > 0) pending.set(guest, left);
      else pending.delete(guest);
    }
  };
}

export type Answerer = ReturnType<typeof createAnswerer>;
