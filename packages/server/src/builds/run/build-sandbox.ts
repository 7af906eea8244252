import { HostError, readHostError } from '@nullspace/host';
import { host } from '@nullspace/proto';
import { ApiError } from '../../api-error.ts';
import type { Context } from '../../context.ts';
import type { LiveInstance } from '../../fleet/live-instance.ts';
import { randomWord } from '../../make-id.ts';
import { BuildFailure } from '../build-failure.ts';

/** How long the word of an end may trail behind the failure that it explains. */
const END_LAG_MS = 2000;
const START_MS = 290_000;
const SAVE_MS = 600_000;

export interface BuildShape {
  vcpus: number;
  memoryMb: number;
  diskMb: number;
  internetAccess: boolean;
}

/** Where a build sandbox begins. */
export interface LayerPoint {
  /** Root image that it is made on. */
  image: string;
  imageEnv: Record<string, string>;
  /** Files on top of it; null: none. */
  snapshotId: string | null;
}

/** An instance in which steps of a build run. It belongs to no tenant's list and is gone after the build. */
export class BuildSandbox {
  readonly id: string;
  readonly live: LiveInstance;
  readonly #context: Context;

  private constructor(context: Context, id: string, live: LiveInstance) {
    this.#context = context;
    this.id = id;
    this.live = live;
  }

  /**
   * Starts one. The host ends it by itself after `lifetimeMs`.
   *
   * @throws {HostError} As the host refuses it.
   */
  static async start(
    context: Context,
    options: {
      point: LayerPoint;
      shape: BuildShape;
      lifetimeMs: number;
      signal: AbortSignal;
      env?: Record<string, string>;
      cwd?: string;
    },
  ): Promise<BuildSandbox> {
    const { point, shape, lifetimeMs, signal, env = {}, cwd = '/' } = options;
    const { fleet } = context;
    signal.throwIfAborted();
    const id = fleet.hidden.claim(randomWord(20));
    const request = {
      sandboxId: id,
      spec: {
        image: point.image,
        vcpus: shape.vcpus,
        memoryMb: shape.memoryMb,
        diskMb: shape.diskMb,
        internetAccess: shape.internetAccess,
        hostname: 'build',
        env,
        cwd,
      },
      timeoutMs: BigInt(lifetimeMs),
      snapshotId: point.snapshotId ?? '',
      imageEnv: point.imageEnv,
      checkout: { mode: host.CheckoutMode.BYPASS },
    };
    try {
      const { instance } = await fleet.call((client) =>
        client.createInstance(request, { timeoutMs: START_MS }),
      );
      if (!instance) throw new Error('the host answered a create without an instance');
      await fleet.projection.onChanged(instance);
      const live = fleet.live.get(id);
      if (!live || instance.state !== host.State.RUNNING) {
        throw new HostError('start_failed', instance.message || 'it did not come up');
      }
      signal.throwIfAborted();
      return new BuildSandbox(context, id, live);
    } catch (error) {
      fleet.hidden.release(id);
      await fleet.projection.kill(id, 'manual').catch(() => undefined);
      throw error;
    }
  }

  /** Saves its files, or all of it, and lets it go on. Returns the bytes that this takes. */
  async save(snapshotId: string, kind: 'filesystem' | 'memory'): Promise<number> {
    const kinds = { filesystem: host.SnapshotKind.FILESYSTEM, memory: host.SnapshotKind.MEMORY };
    const { snapshot } = await this.#context.fleet.call((client) =>
      client.saveSnapshot({ sandboxId: this.id, snapshotId, kind: kinds[kind] }, { timeoutMs: SAVE_MS }),
    );
    return Number(snapshot?.sizeBytes ?? 0n);
  }

  /**
   * A failure of a call to it in words for the build: what ended the instance comes before what the call says.
   */
  async explain(error: unknown, stepIndex?: number): Promise<unknown> {
    if (error instanceof BuildFailure) return error;
    const patienceMs = isLost(error) || this.live.ended.aborted ? END_LAG_MS : 0;
    const end = await this.#context.fleet.hidden.findEnd(this.id, patienceMs);
    if (end) return ended(end.reason, end.message, stepIndex);
    return error instanceof ApiError || readHostError(error)
      ? error
      : new Error('a call to a build sandbox failed', { cause: error });
  }

  async close(): Promise<void> {
    const { fleet, log } = this.#context;
    fleet.hidden.release(this.id);
    // What cannot be killed now goes when the host comes back and reports it.
    await fleet.projection.kill(this.id, 'manual').catch((error: unknown) => {
      log.warn({ sandbox_id: this.id, err: error }, 'a build sandbox was not ended');
    });
  }
}

/** Whether a call failed with the sandbox itself, whose end says more than the call. */
export function isLost(error: unknown): boolean {
  const codes: ApiError['code'][] = ['exec_failed', 'guest_unavailable', 'sandbox_not_found'];
  return error instanceof ApiError && codes.includes(error.code);
}

const endings: Record<string, { problem: string; action: string; retryable?: boolean }> = {
  out_of_memory: {
    problem: 'The build ran out of memory',
    action: 'Build with more memory: Template.build(..., memory_mb=…).',
  },
  timeout: {
    problem: 'The build took longer than it may',
    action: 'Split it, or raise build_timeout_ms of the server.',
  },
};

function ended(reason: string, message: string, stepIndex: number | undefined): BuildFailure {
  const {
    problem,
    action,
    retryable = false,
  } = endings[reason] ?? {
    problem: `The sandbox of the build ended (${reason})${message ? `: ${message}` : ''}`,
    action: 'Build again.',
    retryable: true,
  };
  return new BuildFailure('build_step', problem, { stepIndex, action, retryable, details: { reason } });
}
