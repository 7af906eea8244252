import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HostError, type HostErrorCode, hostErrorCodes } from '../errors.ts';

/** Owner of the process and of what it writes: an account without rights on every machine. */
export const imagerUser = 65_534;

const longestLine = 16 * 1024 * 1024;
const longestComplaint = 4096;

/** One line of what the imager says. */
export type ImagerEvent =
  | { event: 'progress'; phase: string; message: string; done_bytes: number; total_bytes: number }
  | { event: 'resolved'; image: FetchedImage }
  | { event: 'done'; outcome: Record<string, unknown> };

/** An image as its registry describes it. */
export interface FetchedImage {
  manifest_digest: string;
  image_digest: string;
  config_json: string;
  layers: { digest: string; bytes: number }[] | null;
}

/** A run of the imager that has its order. */
export interface ImagerRun {
  /** Its process; undefined when it could not be started. */
  pid: number | undefined;
  /** What it says until it ends; throws a `HostError` when it fails. */
  events: AsyncGenerator<ImagerEvent>;
  /** Lets a run that waits go on. */
  proceed(): void;
  /** Ends it. Nothing of it runs when this has resolved. */
  end(): Promise<void>;
}

/**
 * Starts the imager with an order. It reads what others have made, so that it runs without rights, without the host's
 * network unless it fetches, and ends with this process.
 */
export function runImager(options: {
  program: string;
  command: 'fetch' | 'assemble';
  order: Record<string, unknown>;
  /** Folder of the layers. */
  folder: string;
  /** Open files that it finds from descriptor 3 on. */
  files?: readonly number[];
}): ImagerRun {
  const { program, command, order, folder, files = [] } = options;
  const rights = [
    `--reuid=${imagerUser}`,
    `--regid=${imagerUser}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
    '--inh-caps=-all',
    '--pdeathsig=KILL',
  ];
  const words = ['setpriv', ...rights, '--', program, command];
  // A namespace of its own has no way out.
  if (command === 'assemble') words.unshift('unshare', '--net', '--');
  const child = spawn(words[0]!, words.slice(1), {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe', ...files],
  });
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  // One that is gone says so by its end.
  child.stdin!.on('error', () => {}).write(`${JSON.stringify(order)}\n`);
  return {
    pid: child.pid,
    events: readEvents(child, command),
    proceed: () => void child.stdin!.write('\n'),
    async end() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function* readEvents(child: ChildProcess, command: string): AsyncGenerator<ImagerEvent> {
  let complaint = '';
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const closed = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `status ${code}`)),
  );
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-longestComplaint);
  });
  let done = false;
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.length > longestLine) throw new Error(`the imager said a line of ${line.length} characters`);
    const said = JSON.parse(line) as ImagerEvent | { event: 'error'; code: string; message: string };
    if (said.event === 'error') throw toHostError(said);
    done ||= said.event === 'done';
    yield said;
  }
  if (done) return;
  const how = await Promise.race([closed, failed]);
  throw new Error(`imager ${command} ended with ${how}: ${complaint.trim()}`);
}

function toHostError({ code, message }: { code: string; message: string }): HostError {
  const known = hostErrorCodes.find((one) => one === code) ?? ('import_failed' satisfies HostErrorCode);
  return new HostError(known, message, { field: known === 'invalid_request' ? 'reference' : undefined });
}
