import { isLocalName } from './local-names.ts';
import { codes, createAnswer, parseQuery, type Query } from './message.ts';
import type { Nameserver } from './nameservers.ts';

/** Most lookups at the same moment: of one guest, and of all. */
const GUEST_PENDING = 64;
const TOTAL_PENDING = 2048;

export interface AnswerOptions {
  mayResolve(address: string): boolean;
  nameservers(): Promise<Nameserver[]>;
  /** Milliseconds that one nameserver is given. */
  timeoutMs: number;
}

export type Ask = (query: Query, server: Nameserver, timeoutMs: number) => Promise<Buffer>;

/** Decides on guests' lookups and forwards those that are allowed. */
export function createAnswerer(options: AnswerOptions) {
  const { mayResolve, nameservers, timeoutMs } = options;
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

  /** Answer to a message of a guest; undefined for one that is no query. */
  return async function answer(message: Buffer, guest: string, ask: Ask): Promise<Buffer | undefined> {
    const query = parseQuery(message);
    if (!query) return undefined;
    if (!mayResolve(guest)) return createAnswer(query, codes.refused);
    if (isLocalName(query)) return createAnswer(query, codes.noSuchName);
    const own = pending.get(guest) ?? 0;
    if (own >= GUEST_PENDING || total >= TOTAL_PENDING) return createAnswer(query, codes.serverFailure);
    pending.set(guest, own + 1);
    total += 1;
    try {
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
