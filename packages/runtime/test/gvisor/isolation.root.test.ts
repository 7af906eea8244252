import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { after, before, describe, it } from 'node:test';
import type { StartRequest } from '../../src/index.ts';
import { run } from '../../src/processes/run.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { type Machine, openMachine } from '../fixtures/machine.ts';
import { openOutside } from '../fixtures/outside.ts';

const get = (address: string, port: number) =>
  `curl -sS --connect-timeout 3 --max-time 30 http://${address}:${port}/`;

describe('isolation of guests', { timeout: 180_000 }, () => {
  let machine: Machine;
  let outside: Awaited<ReturnType<typeof openOutside>>;
  let online: StartRequest;
  let neighbour: StartRequest;
  let offline: StartRequest;
  let hostService: Server;

  before(async () => {
    machine = await openMachine();
    outside = await openOutside();
    hostService = createServer((_, response) => response.end('host'));
    await new Promise<void>((resolve) => hostService.listen(0, '0.0.0.0', resolve));
    online = await machine.boot('online');
    neighbour = await machine.boot('neighbour');
    offline = await machine.boot('offline', { internetAccess: false });
  });
  after(async () => {
    hostService?.close();
    await machine?.close();
    await outside?.close();
  });

  /** Asserts that a guest gets no connection to any of the targets, and that the host does. */
  async function assertClosed(
    from: StartRequest,
    targets: { address: string; port: number }[],
  ): Promise<void> {
    await Promise.all(
      targets.map(async ({ address, port }) => {
        await run('sh', ['-c', get(address, port)]);
        const { code, output } = await runInGuest(from.slot.guestAddress, get(address, port));
        // 7: refused or unreachable; 28: no answer in time.
        assert.ok(code === 7 || code === 28, `${address}:${port} answered the guest: ${output}`);
      }),
    );
  }

  it('lets a guest reach the internet under an address of the host', async () => {
    const { output } = await runInGuest(
      online.slot.guestAddress,
      get(outside.addresses.public, outside.port),
    );
    assert.equal(output, `from ${outside.hostAddress}`);
  });

  it('keeps guests from each other', async () => {
    const agentOf = ({ slot }: StartRequest) => ({ address: slot.guestAddress, port: 49983 });
    await assertClosed(online, [agentOf(neighbour), agentOf(offline)]);
    await assertClosed(offline, [agentOf(online)]);
  });

  it('keeps guests from services of the host, under any of its addresses', async () => {
    const { port } = hostService.address() as AddressInfo;
    const own = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal && !each.address.startsWith('10.'));
    const addresses = [online.slot.gatewayAddress, neighbour.slot.gatewayAddress, outside.hostAddress];
    addresses.push(...machine.network.nameservers);
    if (own) addresses.push(own.address);
    await assertClosed(
      online,
      addresses.map((address) => ({ address, port })),
    );
  });

  it('keeps guests from private, link-local and carrier-grade addresses', async () => {
    const { private: privateAddress, linkLocal, carrier } = outside.addresses;
    const { port } = outside;
    await assertClosed(
      online,
      [privateAddress, linkLocal, carrier].map((address) => ({ address, port })),
    );
  });

  it('lets a guest without internet access reach nothing, while the host reaches it', async () => {
    await assertClosed(offline, [{ address: outside.addresses.public, port: outside.port }]);
    assert.equal((await runInGuest(offline.slot.guestAddress, 'echo here')).output, 'here\n');
  });

  it('bounds the flows of a guest, and leaves its neighbours theirs', async () => {
    const inOutside = (...args: string[]) => run('ip', ['netns', 'exec', outside.namespace, 'nft', ...args]);
    await inOutside('add table ip count; add chain ip count in { type filter hook input priority 0; }');
    await inOutside('add rule ip count in udp dport 1-65535 counter drop');
    const { code, output } = await runInGuest(
      online.slot.guestAddress,
      `python3 -c "
import socket
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(1000, 6000): out.sendto(b'x', ('${outside.addresses.public}', port))"`,
    );
    assert.equal(code, 0, output);
    const packets = Number(/packets (\d+)/.exec(await inOutside('list chain ip count in'))?.[1]);
    assert.ok(packets > 3000 && packets <= 4096, `${packets} flows of 5,000 came through`);
    const { output: answer } = await runInGuest(
      neighbour.slot.guestAddress,
      get(outside.addresses.public, outside.port),
    );
    assert.equal(answer, `from ${outside.hostAddress}`);
    assert.equal((await runInGuest(online.slot.guestAddress, 'echo here')).output, 'here\n');
  });

  it('drops packets under a false source address', async (test) => {
    const slot = await machine.network.acquire({ internetAccess: true });
    test.after(async () => await machine.network.release(slot));
    const inside = (command: string) => run('ip', ['netns', 'exec', slot.namespace, 'sh', '-c', command]);
    const target = get(outside.addresses.public, outside.port);
    await inside(target);
    for (const source of ['45.67.88.9', neighbour.slot.guestAddress]) {
      await inside(`ip address add ${source}/32 dev eth0`);
      await assert.rejects(inside(`${target} --interface ${source}`), /timed out|28/);
    }
  });

  it('gives a guest its limits, an own /tmp on disk and nothing of the host', async () => {
    const { output } = await runInGuest(
      online.slot.guestAddress,
      "nproc; free -m | awk '/^Mem/ {print $2}'; df -m --output=size / | tail -1; findmnt -n -o FSTYPE -T /tmp 2>/dev/null || stat -f -c %T /tmp; ls /.nullspace; touch /.nullspace/x 2>&1; hostname",
    );
    const [processors, memory, disk] = output.split('\n').map((line) => line.trim());
    assert.deepEqual([processors, memory, disk], ['2', '256', '1024']);
    assert.match(output, /Read-only file system/);
    assert.match(output, /guest\n$/);
  });
});
