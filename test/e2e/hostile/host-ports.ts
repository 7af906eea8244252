import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';

/** Ports of the machine on which somebody listens. */
export function listeningPorts(protocol: 't' | 'u'): number[] {
  const lines = execFileSync('ss', [`-Hln${protocol}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const ports = lines.map((line) => Number(/:(\d+)\s/.exec(line.replace(/^\S+\s+\d+\s+\d+\s+/, ''))?.[1]));
  return [...new Set(ports.filter((port) => port > 0))].sort((a, b) => a - b);
}

/** Whether the machine itself gets a connection. */
export function answersHere(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 60_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
    socket.on('timeout', () => end(false));
  });
}
