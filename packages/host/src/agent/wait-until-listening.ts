import { connect, type Socket } from 'node:net';
import { splitAddress } from './split-address.ts';

// A packet that reaches the guest before its network stands is lost, and the kernel repeats it only after a second.
const firstPauseMs = 2;
const longestPauseMs = 20;
const attemptLastsMs = 200;

/**
 * Opens connections to an address, one every few milliseconds and rarer with time, until one is taken or `signal` aborts.
 * Answers with that one, which the caller has to use or to destroy.
 */
export function waitUntilListening(address: string, signal: AbortSignal): Promise<Socket> {
  const { host, port } = splitAddress(address);
  const attempts = new Set<Socket>();
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      for (const socket of attempts) socket.destroy();
      settle();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const attempt = () => {
      const socket = connect({ host, port, noDelay: true });
      attempts.add(socket);
      socket.setTimeout(attemptLastsMs, () => socket.destroy());
      // Refused or out of reach: the next attempt is under way already.
      socket.on('error', () => {});
      socket.on('close', () => attempts.delete(socket));
      socket.on('connect', () => {
        attempts.delete(socket);
        socket.setTimeout(0);
        end(() => resolve(socket));
      });
    };
    const repeat = (pauseMs: number) => {
      attempt();
      timer = setTimeout(repeat, pauseMs, Math.min(pauseMs * 1.05, longestPauseMs));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    repeat(firstPauseMs);
  });
}
