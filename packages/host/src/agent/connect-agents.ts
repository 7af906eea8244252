import { Agent } from 'node:http';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { guest } from '@nullspace/proto';
import { readGuardKill } from '../guard/guard-kill.ts';
import { pause } from '../with-deadline.ts';
import type { AgentConfiguration, Agents } from './agents.ts';
import { waitUntilListening } from './wait-until-listening.ts';

const largestAnswerBytes = 64 * 1024;
// It notices within a millisecond or two, unless the machine is busy.
const noticeMs = { first: 1, most: 5 };
const noticeTries = 1000;

/** Calls agents by Connect over HTTP/1.1, one connection a call: a guest holds none open on the host's side. */
export function createAgents(): Agents {
  const agent = new Agent({ keepAlive: false });
  const clientOf = (address: string) =>
    createClient(
      guest.GuestService,
      createConnectTransport({
        baseUrl: `http://${address}`,
        httpVersion: '1.1',
        readMaxBytes: largestAnswerBytes,
        // A small compressed answer may stand for a huge one.
        acceptCompression: [],
        nodeOptions: { agent, maxHeaderSize: 8 * 1024 },
      }),
    );
  return {
    waitUntilListening,
    async configure({ address, token }, configuration, { timeoutMs, signal }) {
      const call = (known: string) =>
        clientOf(address).configure(toRequest(configuration), {
          headers: authorize(known),
          timeoutMs,
          signal,
        });
      const { hookFailures } = await (configuration.restored
        ? onceKnown(call, { tokens: [token, configuration.token], signal })
        : call(token));
      return { hookFailures: hookFailures.map(({ name, message }) => ({ name, message })) };
    },
    async freeze({ address, token }, { reason, timeoutMs }) {
      await clientOf(address).freeze({ reason }, { headers: authorize(token), timeoutMs });
    },
    async thaw({ address, token }, { timeoutMs }) {
      await clientOf(address).thaw({}, { headers: authorize(token), timeoutMs });
    },
    async *watchGuard({ address, token }, signal) {
      const messages = clientOf(address).watchGuard({}, { headers: authorize(token), signal });
      for await (const message of messages) yield readGuardKill(message);
    },
    async checkHealth({ address, token }, timeoutMs) {
      await clientOf(address).health({}, { headers: authorize(token), timeoutMs });
    },
  };
}

/**
 * Repeats a call until the agent of a copy has noticed that it is one, and so takes its new token. In noticing it closes
 * the connections that it took over, and any that was opened until then: the call that came by one may have been done,
 * and the token have been replaced by the second one, although its answer was lost.
 */
async function onceKnown<Answer>(
  call: (token: string) => Promise<Answer>,
  { tokens, signal }: { tokens: [string, string]; signal: AbortSignal },
): Promise<Answer> {
  let [token, other] = tokens;
  let mayBeDone = false;
  let pauseMs = noticeMs.first;
  for (let left = noticeTries; ; left -= 1) {
    try {
      return await call(token);
    } catch (error) {
      const unknown = error instanceof ConnectError && error.code === Code.Unauthenticated;
      const lost = isConnectionLost(error);
      if (!(unknown || lost) || left <= 1) throw error;
      mayBeDone ||= lost;
      if (unknown && mayBeDone) [token, other] = [other, token];
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs + 1, noticeMs.most);
    }
  }
}

function isConnectionLost(error: unknown): boolean {
  const cause =
    error instanceof ConnectError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === 'ECONNRESET' || cause?.code === 'EPIPE';
}

function authorize(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function toRequest(configuration: AgentConfiguration) {
  return {
    env: { variables: configuration.env },
    imageEnv: { variables: configuration.imageEnv },
    cwd: configuration.cwd || undefined,
    token: configuration.token,
    hostname: configuration.hostname,
    machineId: configuration.machineId,
    restored: configuration.restored,
    nameservers: [...configuration.nameservers],
    processLimit: configuration.processLimit,
    memoryLimitBytes: BigInt(configuration.memoryLimitBytes),
  };
}
