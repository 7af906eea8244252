import { posix } from 'node:path';
import type { BuildState } from './build-state.ts';
import type { ContextTree } from './context-tree.ts';
import type { Instruction, Stage } from './instruction.ts';
import { keyOf } from './layer-key.ts';
import type { Action, Operation } from './operation.ts';

/** What sandboxes look for programs in when their image does not say it. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a stage begins. */
export interface StageStart {
  key: string;
  state: BuildState;
  /** Environment of the image below, which words of a Dockerfile may name. */
  imageEnv?: Record<string, string>;
}

export interface EvaluatedStage {
  operations: Operation[];
  state: BuildState;
  /** Names what its files are at its end. */
  key: string;
}

/**
 * Follows the instructions of a stage without running any, so that the key of each operation is known: the one before
 * it, what is done, and the digests of what is copied. Values of secrets are no part of it.
 */
export function evaluateStage(
  stage: Stage,
  start: StageStart,
  options: {
    context: ContextTree;
    skipCache: boolean;
    keyOfStage: (from: string | number) => Promise<string>;
  },
): Promise<EvaluatedStage> {
  return new Evaluation(stage, start, options).run();
}

class Evaluation {
  readonly #stage: Stage;
  readonly #options: Parameters<typeof evaluateStage>[2];
  #state: BuildState;
  #key: string;
  #bypass: Operation['bypass'];
  readonly #imageEnv: Record<string, string>;
  readonly #operations: Operation[] = [];

  constructor(stage: Stage, start: StageStart, options: Parameters<typeof evaluateStage>[2]) {
    this.#stage = stage;
    this.#options = options;
    this.#state = structuredClone(start.state);
    this.#key = start.key;
    this.#imageEnv = { PATH: DEFAULT_PATH, ...start.imageEnv };
    if (options.skipCache) this.#bypass = 'whole_build_skip_cache';
  }

  async run(): Promise<EvaluatedStage> {
    for (const instruction of this.#stage.instructions) {
      const variables = { ...this.#state.args, ...this.#imageEnv, ...this.#state.envs };
      await this.#take(this.#stage.expand?.(instruction, variables) ?? instruction);
    }
    return { operations: this.#operations, state: this.#state, key: this.#key };
  }

  async #take(instruction: Instruction): Promise<void> {
    const state = this.#state;
    switch (instruction.kind) {
      case 'env':
        Object.assign(state.envs, instruction.variables);
        return;
      case 'arg':
        Object.assign(state.args, instruction.variables);
        return;
      case 'user':
        state.user = instruction.user;
        return;
      case 'shell':
        state.shell = instruction.argv;
        return;
      case 'start':
        state.start = instruction.command;
        state.readiness = null;
        return;
      case 'metadata':
        state.metadata = mergeMetadata(state.metadata, instruction.metadata);
        return;
      case 'barrier':
        this.#bypass ??= 'builder_cache_boundary';
        return;
      case 'workdir': {
        state.workdir = this.#absolute(instruction.path).replace(/(?<=.)\/$/, '');
        return this.#add(instruction, { kind: 'make_dir', path: state.workdir, user: state.user });
      }
      default:
        return this.#add(instruction, await this.#toAction(instruction));
    }
  }

  async #toAction(instruction: Extract<Instruction, { kind: 'run' | 'copy' | 'write' }>): Promise<Action> {
    const { user, workdir, args, envs, shell } = this.#state;
    if (instruction.kind === 'run') {
      const { command, secrets, folders } = instruction;
      const argv = typeof command === 'string' ? [...shell, command] : command;
      // What the image has set is stronger than an argument.
      const own = Object.entries(args).filter(([name]) => !Object.hasOwn(this.#imageEnv, name));
      const env = { ...Object.fromEntries(own), ...envs };
      const mounts = folders?.map((folder) => ({ ...folder, target: this.#absolute(folder.target) }));
      const run = { argv, user: instruction.user ?? user, workdir: workdir || '/', env, secrets };
      return { kind: 'run', ...run, ...(mounts ? { folders: mounts } : {}) };
    }
    const common = {
      dst: this.#absolute(instruction.dst),
      owner: instruction.owner ?? '',
      mode: instruction.mode,
    };
    if (instruction.kind === 'write') return { kind: 'write', content: instruction.content, ...common };
    const { from, sources, globs, index, line } = instruction;
    if (from !== undefined) {
      return { kind: 'copy_stage', from: readStage(from), sources, ...common };
    }
    const found = sources.flatMap((source) => this.#options.context.find(source, { globs, index, line }));
    return { kind: 'copy', entries: found, ...common, ...(instruction.isAdd ? { isAdd: true } : {}) };
  }

  async #add(instruction: Instruction, action: Action): Promise<void> {
    const inputs = action.kind === 'copy_stage' ? await this.#options.keyOfStage(action.from) : '';
    const isForced = instruction.kind === 'copy' && instruction.force === true;
    // What a secret does is not known from its name, but a build with another value is the same build.
    this.#key = keyOf(this.#key, action, inputs);
    const { display, index, line } = instruction;
    const bypass = this.#bypass ?? (isForced ? 'force_upload' : undefined);
    this.#operations.push({ key: this.#key, bypass, display, index, line, action });
  }

  /** A trailing slash says that a folder is meant, and stays. */
  #absolute(path: string): string {
    const whole = posix.resolve('/', this.#state.workdir, path);
    const isFolder = /(^|\/)\.?$/.test(path) && whole !== '/';
    return isFolder ? `${whole}/` : whole;
  }
}

// Stages are named by their place once they are known.
function readStage(from: string): string | number {
  return /^\d+$/.test(from) ? Number(from) : from;
}

function mergeMetadata(before: BuildState['metadata'], more: BuildState['metadata']): BuildState['metadata'] {
  return {
    ...before,
    ...more,
    ...(before.labels || more.labels ? { labels: { ...before.labels, ...more.labels } } : {}),
    ...(more.exposed_ports
      ? { exposed_ports: [...new Set([...(before.exposed_ports ?? []), ...more.exposed_ports])] }
      : {}),
    ...(more.volumes ? { volumes: [...new Set([...(before.volumes ?? []), ...more.volumes])] } : {}),
  };
}
