import type { Call } from './command.ts';
import { processTerminal, type Terminal } from './output/terminal.ts';
import { table } from './registry/table.ts';
import { resolveCommand } from './resolve.ts';

/** Runs a command line and sets the exit code of the process. */
export async function main(argv: string[]): Promise<void> {
  // A reader that has gone away, such as `head`, ends the output and is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.exitCode = await runLine(argv, processTerminal());
}

/**
 * Runs a command line.
 *
 * @returns Its exit code. Failures are reported, not thrown.
 */
export async function runLine(argv: string[], terminal: Terminal): Promise<number> {
  const end = argv.indexOf('--');
  const json = (end < 0 ? argv : argv.slice(0, end)).includes('--json');
  try {
    const code = await dispatch(argv, { json, terminal });
    return typeof code === 'number' ? code : 0;
  } catch (error) {
    const { reportFailure } = await import('./errors/report.ts');
    return reportFailure(error, { json, terminal });
  }
}

async function dispatch(argv: string[], context: { json: boolean; terminal: Terminal }): Promise<unknown> {
  const { json, terminal } = context;
  const words = await takeGlobalOptions(argv, terminal);
  if (!words) return 0;
  const resolved = resolveCommand(table, words);
  if (resolved.kind === 'group') {
    const { groupHelp } = await import('./help/group-help.ts');
    const [option] = resolved.rest;
    if (option === '--help') {
      terminal.print(groupHelp(table, resolved.path));
      return 0;
    }
    if (option !== undefined) throw await usage(`No such option: ${option}.`, resolved.path);
    terminal.note(groupHelp(table, resolved.path));
    return 2;
  }
  const [{ command }, { parseLine }] = await Promise.all([resolved.entry.load(), import('./parse/line.ts')]);
  const line = parseLine(resolved.entry, command, resolved.rest);
  if (line.kind === 'help') {
    terminal.print(line.text);
    return 0;
  }
  const call: Call = { values: line.values, rest: line.rest, json, terminal, table };
  return command.run(call);
}

// They stand before the command. Nothing is returned when the line is done with them.
async function takeGlobalOptions(argv: string[], terminal: Terminal): Promise<string[] | undefined> {
  const words = [...argv];
  while (words[0]?.startsWith('--')) {
    if (words[0] === '--version') {
      const { version } = await import('./version.ts');
      terminal.print(`nullspace, version ${version}`);
      return undefined;
    }
    const match = words[0].match(/^--output-version(?:=(.*))?$/);
    if (!match) break;
    words.shift();
    const value = match[1] ?? words.shift();
    if (value !== 'v1')
      throw await usage(`--output-version must be v1; it is ${JSON.stringify(value ?? '')}.`, []);
  }
  return words;
}

async function usage(message: string, path: string[]): Promise<Error> {
  const { UsageError } = await import('./errors/cli-error.ts');
  return new UsageError(message, { suggestedAction: `See "${['nullspace', ...path].join(' ')} --help".` });
}
