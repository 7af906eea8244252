import { weighAsWork } from '../capacity/weigh.ts';
import type { HostContext } from '../context.ts';
import { installMade } from '../images/install.ts';
import type { Progress } from '../imports/shared-works.ts';
import { runImager } from './run-imager.ts';

const megabyte = 1024 * 1024;
const mostEntries = 2_000_000;

/**
 * Has the imager write a root image and installs it.
 *
 * @param options.order Layers to lay over one another; `empty`: none. Else an image and a snapshot of it are among the files.
 * @param options.files Open files that the order needs, behind that of the image.
 * @throws {HostError} `image_too_large`, `image_unsupported`, `import_failed`, `disk_full`; nothing stays then.
 */
export async function makeImage(
  host: HostContext,
  options: {
    order: { layers: readonly string[]; empty?: true };
    files?: readonly number[];
    signal: AbortSignal;
    tell: (progress: Progress) => void;
  },
): Promise<{ digest: string; sizeBytes: number }> {
  const { order, files = [], signal, tell } = options;
  return await installMade(host.paths.imagesDir, async (image) => {
    signal.throwIfAborted();
    const run = runImager({
      program: host.imager,
      command: 'assemble',
      folder: host.paths.layersDir,
      order: { ...order, max_bytes: host.settings.max_image_mb * megabyte, max_entries: mostEntries },
      files: [image.fd, ...files],
    });
    weighAsWork(host, run.pid);
    const end = () => void run.end();
    signal.addEventListener('abort', end, { once: true });
    try {
      for await (const said of run.events) {
        if (said.event !== 'progress') continue;
        tell({
          phase: said.phase,
          message: said.message,
          doneBytes: said.done_bytes,
          totalBytes: said.total_bytes,
        });
      }
    } finally {
      signal.removeEventListener('abort', end);
      await run.end();
      signal.throwIfAborted();
    }
  });
}
