import type { host as proto } from '@nullspace/proto';
import { weighAsWork } from '../capacity/weigh.ts';
import type { HostContext } from '../context.ts';
import { type FetchedImage, type ImagerRun, runImager } from '../imager/run-imager.ts';

const megabyte = 1024 * 1024;

/** What machines are called in images. */
const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** An image that a registry has described, by a program that waits to fetch its layers. */
export interface Source {
  reference: string;
  image: FetchedImage;
  run: ImagerRun;
  /** Set by the work that fetches, which then ends the program. */
  taken: boolean;
  /** Ends the program unless a work has taken it. */
  leave(): Promise<void>;
}

/**
 * Asks the registry what a reference is.
 *
 * @throws {HostError} `invalid_request`, `registry_…`, `image_…`
 */
export async function openSource(
  host: HostContext,
  { reference, username, password }: proto.ImportImageRequest,
  signal: AbortSignal,
): Promise<Source> {
  signal.throwIfAborted();
  const { settings, timing } = host;
  const run = runImager({
    program: host.imager,
    command: 'fetch',
    folder: host.paths.layersDir,
    order: {
      reference,
      username,
      password,
      insecure_registries: split(settings.insecure_registries),
      allow_ranges: split(settings.registry_allow_ranges),
      deny_ranges: [settings.guest_range],
      architecture: architectures[process.arch] ?? process.arch,
      max_bytes: settings.max_image_mb * megabyte,
      answer_ms: timing.registryAnswerMs,
      stall_ms: timing.registryStallMs,
    },
  });
  weighAsWork(host, run.pid);
  const end = () => void run.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    const first = await run.events.next();
    if (first.done || first.value.event !== 'resolved')
      throw new Error('the imager did not resolve the image');
    const source: Source = {
      reference,
      image: first.value.image,
      run,
      taken: false,
      async leave() {
        if (!source.taken) await run.end();
      },
    };
    return source;
  } catch (error) {
    await run.end();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
