import { readHostError } from '@nullspace/host';
import type { Context } from '../../context.ts';
import { KeyedGate } from '../../keyed-gate.ts';

type Needs = Pick<Context, 'store' | 'fleet'>;

// Those inside only make short calls.

/** What builds have the host keep: images and layers, between those who need them and those who free them. */
export class Artifacts {
  /** Builds under way that need an image, by its digest. */
  readonly #holders = new Map<string, Set<string>>();
  readonly #gate = new KeyedGate(1);

  /** Keeps an image until its build lets go. False: the host does not have it. */
  async hold({ fleet }: Needs, { image, buildId }: { image: string; buildId: string }): Promise<boolean> {
    return this.inTurn(image, async () => {
      const missing = await fleet.call((client) => client.findMissing({ images: [image] }));
      if (missing.images.length > 0) return false;
      const holders = this.#holders.get(image) ?? new Set();
      this.#holders.set(image, holders.add(buildId));
      return true;
    });
  }

  letGo(buildId: string): void {
    for (const [image, holders] of this.#holders) {
      if (holders.delete(buildId) && holders.size === 0) this.#holders.delete(image);
    }
  }

  /** Has the host remove an image that no template, no kept result and no build under way needs. */
  async freeImage({ store, fleet }: Needs, image: string): Promise<void> {
    await this.inTurn(image, async () => {
      if (this.#holders.has(image) || (await store.isImageNeeded(image))) return;
      await fleet
        .call((client) => client.deleteImage({ image }))
        .catch((error: unknown) => {
          // Layers, sandboxes and their snapshots may need it longer than its template.
          if (readHostError(error)?.code !== 'image_in_use') throw error;
        });
    });
  }

  /** Forgets a layer and frees its disk. With `unusedSince`, only one that was not used since then. */
  async dropLayer(
    { store, fleet }: Needs,
    { id, unusedSince }: { id: string; unusedSince?: number },
  ): Promise<boolean> {
    return this.inTurn(id, async () => {
      if (!(await store.deleteLayer(id, { unusedSince }))) return false;
      await fleet.call((client) => client.deleteSnapshot({ snapshotId: id }));
      return true;
    });
  }

  /** Lets through one at a time that makes or frees the artifact of this id. */
  inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    return this.#gate.inTurn(id, work);
  }
}
