import { spawn } from 'node:child_process';
import { RuntimeFailure } from '../errors.ts';

const OUTPUT_LIMIT = 64 * 1024;

export interface RunOptions {
  /** Text for the command's standard input. */
  input?: string;
  /** Milliseconds after which the command is killed. @default 30000 */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Characters of output that are kept. @default 65536 */
  outputLimit?: number;
}

/** Runs a short command to its end and returns its output; rejects with what it wrote to stderr when it fails. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { input, timeoutMs = 30_000, signal, outputLimit = OUTPUT_LIMIT } = options;
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      signal,
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, outputLimit);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-OUTPUT_LIMIT);
    });
    // A command that ends without reading its input is judged by its exit status.
    child.stdin?.on('error', () => {}).end(input);
    child.on('error', (cause) =>
      reject(new RuntimeFailure(`${command} could not run: ${cause.message}`, { cause })),
    );
    child.on('close', (status, killedBy) => {
      if (status === 0) return resolve(stdout);
      const end = killedBy ? `was ended by ${killedBy}` : `failed with status ${status}`;
      reject(new RuntimeFailure(`${command} ${args.join(' ')} ${end}: ${stderr.trim()}`));
    });
  });
}
