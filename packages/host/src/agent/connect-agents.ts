import { Agent } from 'node:http';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { guest } from '@nullspace/proto';
import { callUnary } from '../connect/call-unary.ts';
import { readGuardKill } from '../guard/guard-kill.ts';
import { pause } from '../with-deadline.ts';
import type { AgentAddress, AgentConfiguration, Agents } from './agents.ts';
import { splitAddress } from './split-address.ts';
import { waitUntilListening } from './wait-until-listening.ts';

const largestAnswerBytes = 64 * 1024;
// It notices within a millisecond or two, unless the machine is busy.
const noticeMs = { first: 1, most: 5 };
const noticeTries = 1000;

const largestHeadBytes = 8 * 1024;

const { method } = guest.GuestService;

/** Calls agents by Connect over HTTP/1.1, one connection a call but for those of its `line`. */
export function createAgents(): Agents {
  const agent = new Agent({ keepAlive: false });
  const toTarget = ({ address, token, line }: AgentAddress) => {
    const bounds = { maxBytes: largestAnswerBytes, maxHeaderSize: largestHeadBytes };
    return { ...splitAddress(address), token, agent: line ?? agent, ...bounds };
  };
  const streamsOf = ({ address, line }: AgentAddress) =>
    createClient(
      guest.GuestService,
      createConnectTransport({
        baseUrl: `http://${address}`,
        httpVersion: '1.1',
        readMaxBytes: largestAnswerBytes,
        // A small compressed answer may stand for a huge one.
        acceptCompression: [],
        nodeOptions: { agent: line ?? agent, maxHeaderSize: largestHeadBytes },
      }),
    );
  return {
    waitUntilListening,
    async configure({ token, ...at }, configuration, options) {
      const call = (known: string) =>
        callUnary(toTarget({ ...at, token: known }), method.configure, toRequest(configuration), options);
      const { hookFailures } = await (configuration.restored
        ? onceKnown(call, { tokens: [token, configuration.token], signal: options.signal })
        : call(token));
      return { hookFailures: hookFailures.map(({ name, message }) => ({ name, message })) };
    },
    async freeze(at, { reason, timeoutMs }) {
      await callUnary(toTarget(at), method.freeze, { reason }, { timeoutMs });
    },
    async thaw(at, { timeoutMs }) {
      await callUnary(toTarget(at), method.thaw, {}, { timeoutMs });
    },
    async *watchGuard(at, signal) {
      const headers = { authorization: `Bearer ${at.token}` };
      const messages = streamsOf(at).watchGuard({}, { headers, signal });
      for await (const message of messages) yield readGuardKill(message);
    },
    async checkHealth(at, timeoutMs) {
      await callUnary(toTarget(at), method.health, {}, { timeoutMs });
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

function toRequest({ machine, ...configuration }: AgentConfiguration) {
  return {
    env: { variables: configuration.env },
    imageEnv: { variables: configuration.imageEnv },
    cwd: configuration.cwd || undefined,
    token: configuration.token,
    hostname: configuration.hostname,
    restored: configuration.restored,
    ...(machine && { machineId: machine.machineId, nameservers: [...machine.nameservers] }),
    processLimit: configuration.processLimit,
    memoryLimitBytes: BigInt(configuration.memoryLimitBytes),
  };
}
