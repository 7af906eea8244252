import { runLine } from '../../src/main.ts';
import type { Terminal } from '../../src/output/terminal.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process and collects what it prints. */
export async function runCli(argv: string[], options: { interactive?: boolean } = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    print: (line) => void out.push(`${line}\n`),
    write: (text) => void out.push(Buffer.from(text).toString()),
    printJson: (value) => void out.push(`${JSON.stringify(value, null, 2)}\n`),
    writeError: (text) => void err.push(Buffer.from(text).toString()),
    note: (line) => void err.push(`${line}\n`),
    style: (_style, text) => text,
    interactive: options.interactive ?? false,
  };
  const code = await runLine(argv, terminal);
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** Points clients at a server with a key, away from what this machine has configured. */
export function useServer(url: string, apiKey = 'good'): void {
  process.env.NULLSPACE_API_URL = url;
  process.env.NULLSPACE_API_KEY = apiKey;
  process.env.XDG_CONFIG_HOME = '/nonexistent';
  process.env.HOME = '/nonexistent';
}
