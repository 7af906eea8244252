import { Agent } from 'node:http';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { guest } from '@nullspace/proto';
import type { AgentConfiguration, Agents } from './agents.ts';
import { waitUntilListening } from './wait-until-listening.ts';

const largestAnswerBytes = 64 * 1024;
const configureMs = 15_000;

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
    async configure({ address, token }, configuration, signal) {
      await clientOf(address).configure(toRequest(configuration), {
        headers: authorize(token),
        timeoutMs: configureMs,
        signal,
      });
    },
    async checkHealth({ address, token }, timeoutMs) {
      await clientOf(address).health({}, { headers: authorize(token), timeoutMs });
    },
  };
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
    nameservers: [...configuration.nameservers],
    processLimit: configuration.processLimit,
    memoryLimitBytes: BigInt(configuration.memoryLimitBytes),
  };
}
