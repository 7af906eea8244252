import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { makeImage } from '../imager/make-image.ts';
import { layerName, pruneLayers, touchLayers } from './layers.ts';
import type { Source } from './open-source.ts';
import type { Progress } from './shared-works.ts';

/** Layers of the imports under way on each host, which no pruning touches. */
const inUse = new WeakMap<HostContext, Map<string, number>>();

/** Fetches the layers of an image and makes one root image of them. */
export async function convert(
  host: HostContext,
  source: Source,
  options: { signal: AbortSignal; tell: (progress: Progress) => void },
): Promise<{ digest: string; sizeBytes: number }> {
  try {
    return await fetchAndMake(host, source, options);
  } finally {
    await pruneLayers(host, new Set([...(inUse.get(host)?.keys() ?? [])].map(layerName))).catch((error) => {
      host.log.warn({ err: error }, 'old layers could not be removed');
    });
  }
}

async function fetchAndMake(
  host: HostContext,
  source: Source,
  { signal, tell }: { signal: AbortSignal; tell: (progress: Progress) => void },
): Promise<{ digest: string; sizeBytes: number }> {
  source.taken = true;
  const layers = (source.image.layers ?? []).map(({ digest }) => digest);
  const end = () => void source.run.end();
  signal.addEventListener('abort', end, { once: true });
  using _layers = useLayers(host, layers);
  try {
    signal.throwIfAborted();
    if (layers.length === 0) throw new HostError('image_unsupported', `${source.reference} has no layers`);
    source.run.proceed();
    for await (const said of source.run.events) {
      if (said.event !== 'progress') continue;
      const { done_bytes: doneBytes, total_bytes: totalBytes } = said;
      tell({
        phase: 'pull',
        message: `pulled ${inMb(doneBytes)} of ${inMb(totalBytes)} MB`,
        doneBytes,
        totalBytes,
      });
    }
    await touchLayers(host, layers);
    const made = await makeImage(host, { order: { layers }, signal, tell });
    return made;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
    await source.run.end();
  }
}

function inMb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function useLayers(host: HostContext, layers: readonly string[]): Disposable {
  const counts = inUse.get(host) ?? new Map<string, number>();
  inUse.set(host, counts);
  for (const layer of layers) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  return {
    [Symbol.dispose]() {
      for (const layer of layers) {
        const left = counts.get(layer)! - 1;
        if (left === 0) counts.delete(layer);
        else counts.set(layer, left);
      }
    },
  };
}
