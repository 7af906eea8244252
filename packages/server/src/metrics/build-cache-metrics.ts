import { Gauge, type Registry } from 'prom-client';
import type { Store } from '../store/store.ts';

const gauges = [
  ['bytes', 'Disk that layers and snapshots of template builds take, by kind.'],
  ['count', 'Layers, results and snapshots that are kept of template builds, by kind.'],
] as const;

/** Has the sizes of what builds keep collected with the other numbers. */
export function exposeBuildCache(registry: Registry, store: Pick<Store, 'measureLayers'>): void {
  for (const [name, help] of gauges) {
    new Gauge({
      name: `nullspace_build_cache_${name}`,
      help,
      labelNames: ['kind'],
      registers: [registry],
      async collect() {
        const found = await store.measureLayers();
        this.reset();
        for (const use of found) this.set({ kind: use.kind }, use[name]);
      },
    });
  }
}
