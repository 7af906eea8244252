import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveBackBody } from '../../src/preview/give-back-body.ts';

const MIB = 1024 * 1024;
const block = randomBytes(8 * MIB);
/** Pieces of every kind: many in one read, and one in many. */
const sizes = [1, 10, 100, 5000, 16_384, 65_536 - 7, 65_536, 100_000, 3 * MIB, 2, 70_000];

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** What comes back, by its hash. */
async function hashOf(answer: IncomingMessage, slow = false): Promise<string> {
  const hash = createHash('sha256');
  let pieces = 0;
  for await (const piece of answer) {
    hash.update(piece as Buffer);
    if (slow && pieces++ % 20 === 0) await sleep(1);
  }
  return hash.digest('hex');
}

describe('the memory of an answer', () => {
  /** Sends the block in pieces, or as a whole with its length. */
  const service = createServer((asked, answer) => {
    if (asked.url === '/whole') return answer.writeHead(200, { 'content-length': block.length }).end(block);
    let at = 0;
    for (let turn = 0; at < block.length; turn++) {
      const size = sizes[turn % sizes.length]!;
      answer.write(block.subarray(at, at + size));
      at += size;
    }
    answer.end();
  });
  const inner = new Agent({ keepAlive: true, maxSockets: 1 });
  const outer = new Agent({ keepAlive: true, maxSockets: 1 });
  /** Parts of the last body, in the order in which they came. */
  let parts: Buffer[] = [];
  const proxy = createServer((asked, answer) => {
    const onward = request({ port: portOf(service), path: asked.url, agent: inner }, (found) => {
      giveBackBody(found, answer);
      parts = [];
      found.on('data', (part: Buffer) => void parts.push(part));
      answer.writeHead(200, found.headers);
      found.pipe(answer);
      answer.once('close', () => found.destroy());
    });
    onward.end();
  });
  before(async () => {
    for (const server of [service, proxy]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
  });
  after(() => {
    for (const agent of [inner, outer]) agent.destroy();
    for (const server of [service, proxy]) server.close();
  });
  const ask = async (path: string): Promise<IncomingMessage> => {
    const asking = request({ port: portOf(proxy), path, agent: outer });
    asking.end();
    return (await once(asking, 'response'))[0] as IncomingMessage;
  };
  const wanted = createHash('sha256').update(block).digest('hex');

  for (const path of ['/whole', '/pieces'])
    for (const slow of [false, true]) {
      it(`is given back, and nothing of ${path} is lost to a ${slow ? 'slow' : 'quick'} client`, async () => {
        assert.equal(await hashOf(await ask(path), slow), wanted);
        // Detached ones have no length.
        const large = parts.length - parts.filter(({ length }) => length > 0 && length < 16 * 1024).length;
        assert.ok(large > 50, `${large} parts`);
        assert.deepEqual(
          parts.filter(({ length }) => length >= 16 * 1024),
          [],
        );
      });
    }

  it('stays where a client goes away in the middle, and the next one gets the whole', async () => {
    for (let round = 0; round < 20; round++) {
      const answer = await ask(round % 2 ? '/whole' : '/pieces');
      await once(answer, 'data');
      answer.destroy();
    }
    assert.equal(await hashOf(await ask('/pieces')), wanted);
  });
});
