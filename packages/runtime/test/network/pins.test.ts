import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Change } from '../../src/network/filter/element.ts';
import { createPins } from '../../src/network/pins.ts';

const guest = '10.200.0.6';
const all = () => true;

function openPins() {
  const transactions: Change[] = [];
  const apply = async (change: Change) => void transactions.push(change);
  const pins = createPins({ apply });
  /** Addresses that the packet filter knows after all transactions. */
  const inFilter = () => {
    const known = new Set<string | undefined>();
    for (const { removed, added } of transactions) {
      for (const element of removed) known.delete(element.network);
      for (const element of added) known.add(element.network);
    }
    return [...known];
  };
  return { pins, transactions, inFilter };
}

it('pins an address to a name for one guest, before it says so', async () => {
  const { pins, inFilter } = openPins();
  await pins.pin(guest, 'api.example.com', ['1.1.1.1', '1.1.1.2'], 60);
  assert.deepEqual(inFilter(), ['1.1.1.1/32', '1.1.1.2/32']);
  assert.equal(pins.isPinned(guest, '1.1.1.1', 'api.example.com'), true);
  assert.equal(pins.isPinned(guest, '1.1.1.1', 'other.example.com'), false);
  assert.equal(pins.isPinned(guest, '1.1.1.3', 'api.example.com'), false);
  assert.equal(pins.isPinned('10.200.0.10', '1.1.1.1', 'api.example.com'), false);
});

it('forgets what is not allowed any longer, and keeps what another name still allows', async () => {
  const { pins } = openPins();
  await pins.pin(guest, 'a.test', ['1.1.1.1', '1.1.1.2'], 60);
  await pins.pin(guest, 'b.test', ['1.1.1.2'], 60);
  const gone = pins.retain(guest, (name) => name === 'b.test');
  assert.deepEqual(gone, [{ set: 'pinned', guest, network: '1.1.1.1/32' }]);
  assert.equal(pins.isPinned(guest, '1.1.1.2', 'a.test'), false);
  assert.equal(pins.isPinned(guest, '1.1.1.2', 'b.test'), true);
  assert.deepEqual(pins.retain('10.200.0.10', all), []);
});

it('never pins what was taken back while it waited for its turn', async () => {
  const { pins, inFilter } = openPins();
  const { promise, resolve } = Promise.withResolvers<void>();
  const busy = pins.inTurn(() => promise);
  const pinning = pins.pin(guest, 'a.test', ['1.1.1.1'], 60);
  const change = pins.inTurn(async () => void pins.retain(guest, () => false));
  pins.retain(guest, () => false);
  resolve();
  await Promise.all([busy, pinning, change]);
  assert.deepEqual(inFilter(), []);
});

it('bounds the addresses of a guest', async () => {
  const { pins } = openPins();
  const address = (index: number) => `1.1.${Math.floor(index / 200)}.${index % 200}`;
  for (let index = 0; index < 300; index++) await pins.pin(guest, 'a.test', [address(index)], 60 + index);
  const kept = Array.from({ length: 300 }, (_, index) => pins.isPinned(guest, address(index), 'a.test'));
  assert.equal(kept.filter(Boolean).length, 256);
  assert.equal(kept[0], false);
  assert.equal(kept[299], true);
});

it('brings lookups of the same moment into the packet filter together, and each once', async () => {
  const { pins, transactions } = openPins();
  await Promise.all([1, 2, 3].map((last) => pins.pin(guest, 'a.test', [`1.1.1.${last}`], 60)));
  await pins.pin(guest, 'a.test', ['1.1.1.1'], 60);
  assert.equal(transactions.length, 1);
});

it('brings a bounded number of addresses of a guest into the packet filter, and pins the others all the same', async () => {
  const { pins, inFilter } = openPins();
  const addresses = Array.from({ length: 200 }, (_, index) => `1.1.1.${index}`);
  await pins.pin(guest, 'a.test', addresses, 60);
  assert.ok(inFilter().length >= 128 && inFilter().length < 200, `${inFilter().length}`);
  assert.ok(addresses.every((address) => pins.isPinned(guest, address, 'a.test')));
});

it('does not pin what the packet filter refuses', async () => {
  const apply = async () => {
    throw new Error('full');
  };
  const pins = createPins({ apply });
  await assert.rejects(pins.pin(guest, 'a.test', ['1.1.1.1'], 60), /full/);
  assert.equal(pins.isPinned(guest, '1.1.1.1', 'a.test'), false);
});

it('holds answers for a bounded time', () => {
  const { pins } = openPins();
  assert.deepEqual([0, 5, 300, 1e9].map(pins.secondsOf), [60, 60, 300, 3600]);
});
