import { open } from 'node:fs/promises';
import { RuntimeFailure } from '../errors.ts';
import { instancePaths } from './paths.ts';
import type { Spares } from './spares.ts';

const LOG_EXCERPT = 8 * 1024;

export interface CommandContext {
  /** By which runsc is run. */
  spares: Spares;
  /** Value of --root. */
  root: string;
}

export interface InstanceCommand {
  id: string;
  folder: string;
  /** Subcommand and its flags, without the id. */
  args: string[];
  /** What stands behind the id: the program of an exec. */
  program?: string[];
  timeoutMs: number;
  /** Kills runsc when it fires. */
  signal?: AbortSignal;
}

/**
 * Runs a runsc subcommand on one instance. Its standard streams are /dev/null: `run` and `restore` pass them on to
 * the guest, which must neither fill a file of the host nor end when our end of a pipe closes. What runsc has to
 * say is in its log file.
 */
export async function runInstanceCommand(context: CommandContext, command: InstanceCommand): Promise<void> {
  const { id, folder, args, program = [], timeoutMs, signal } = command;
  const paths = instancePaths(folder);
  const words = [
    `--root=${context.root}`,
    '--platform=systrap',
    // A queue would hand each packet that leaves to another thread: a wake-up more for every answer of the agent.
    '--qdisc=none',
    // The guest's own control groups, by which the agent limits and kills trees of processes.
    '--in-sandbox-cgroup=v2',
    `--overlay2=root:dir=${paths.upper}`,
    `--log=${paths.log}`,
    '--log-format=json',
    `--panic-log=${paths.panicLog}`,
    // A copy has folders of its own, which the strict check takes for another machine.
    '--restore-spec-validation=warning',
    ...args,
    id,
    ...program,
  ];
  const { status, killedBy } = await context.spares.run(words, { timeoutMs, signal }).catch((cause) => {
    throw new RuntimeFailure(`runsc could not run: ${cause.message}`, { cause });
  });
  if (status === 0) return;
  const end = killedBy ? `was ended by ${killedBy}` : `failed with status ${status}`;
  const [subcommand] = args;
  throw new RuntimeFailure(`runsc ${subcommand} of ${id} ${end}: ${await explain(folder)}`);
}

/** Last words of runsc about an instance: its panic when there was one, else the last message of its log. */
export async function explain(folder: string): Promise<string> {
  const panic = await explainPanic(folder);
  if (panic !== '') return panic;
  const lines = (await readExcerpt(instancePaths(folder).log, 'end')).trim().split('\n');
  try {
    return String((JSON.parse(lines.at(-1) ?? '') as { msg: string }).msg).trim();
  } catch {
    return 'runsc said nothing';
  }
}

/** What the sandbox's panic says first; empty when there was none. */
export async function explainPanic(folder: string): Promise<string> {
  const text = await readExcerpt(instancePaths(folder).panicLog, 'start');
  const lines = text.trim().split('\n');
  return lines.find((line) => line.startsWith('panic:')) ?? lines[0] ?? '';
}

async function readExcerpt(file: string, from: 'start' | 'end'): Promise<string> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    const { bytesRead, buffer } = await handle.read({
      buffer: Buffer.alloc(LOG_EXCERPT),
      position: from === 'end' ? Math.max(0, size - LOG_EXCERPT) : 0,
    });
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return '';
  }
}
