import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { type Network, NoSlotError } from '../../src/index.ts';

/** What every network promises. `open` makes one over a range of three slots; twice in a row it is the same machine. */
export function testNetwork(name: string, open: () => Network): void {
  describe(`network ${name}`, () => {
    const opened: Network[] = [];
    const openOne = async () => {
      const network = open();
      opened.push(network);
      await network.setUp();
      return network;
    };
    afterEach(async () => {
      for (const network of opened) await network.close();
      await opened.at(-1)?.clean(new Set());
      opened.length = 0;
    });

    it('hands out every slot once, says when none is left, and takes them back', async () => {
      const network = await openOne();
      const slots = [];
      for (let count = 0; count < 3; count++) slots.push(await network.acquire({ internetAccess: true }));
      assert.equal(new Set(slots.map(({ guestAddress }) => guestAddress)).size, 3);
      await assert.rejects(network.acquire({ internetAccess: true }), NoSlotError);
      await network.release(slots[1]!);
      const again = await network.acquire({ internetAccess: true });
      assert.deepEqual(again, slots[1]);
      await network.prepare(again);
      await network.prepare(again);
    });

    it('lets guests with internet access look names up, and no one else', async () => {
      const network = await openOne();
      const online = await network.acquire({ internetAccess: true });
      const offline = await network.acquire({ internetAccess: false });
      assert.equal(network.mayResolve(online.guestAddress), true);
      assert.equal(network.mayResolve(offline.guestAddress), false);
      assert.equal(network.mayResolve('198.51.100.1'), false);
      await network.release(online);
      assert.equal(network.mayResolve(online.guestAddress), false);
    });

    it('adopts slots of an earlier process and cleans the others', async () => {
      const former = await openOne();
      const kept = await former.acquire({ internetAccess: true });
      const lost = await former.acquire({ internetAccess: true });
      await former.close();
      const network = await openOne();
      assert.deepEqual(await network.adopt(kept.index, { internetAccess: false }), kept);
      assert.equal(network.mayResolve(kept.guestAddress), false);
      await network.clean(new Set([kept.index]));
      const next = [
        await network.acquire({ internetAccess: true }),
        await network.acquire({ internetAccess: true }),
      ];
      assert.ok(next.some(({ index }) => index === lost.index));
      assert.ok(next.every(({ index }) => index !== kept.index));
      await assert.rejects(network.acquire({ internetAccess: true }), NoSlotError);
    });
  });
}
