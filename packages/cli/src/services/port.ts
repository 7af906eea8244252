import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a TCP port can be listened on; 0 always can. */
export function isPortFree(port: number, address: string): Promise<boolean> {
  if (port === 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: address, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Name and id of the process that listens on a port, as far as it can be told. */
export async function portHolder(port: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ss', ['-Hltnp', `sport = :${port}`]);
    const match = stdout.match(/users:\(\("([^"]+)",pid=(\d+)/);
    return match ? `${match[1]} (process ${match[2]})` : undefined;
  } catch {
    return undefined;
  }
}
