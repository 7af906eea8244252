import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFilter } from '../../src/network/filter/create-filter.ts';
import type { Element } from '../../src/network/filter/element.ts';
import { buildFilter } from '../fixtures/artifacts.ts';

const table = `nullspace_t${randomBytes(3).toString('hex')}`;
const guest = '10.212.0.2';

const ruleset = `table inet ${table} {
  set offline { type ipv4_addr; }
  set denied { type ipv4_addr . ipv4_addr; flags interval; }
  set pinned { type ipv4_addr . ipv4_addr; flags timeout; }
  set marked { type ipv4_addr . mark; }
  map marks { type ipv4_addr : mark; }
}`;

const denied = (network: string): Element => ({ set: 'denied', guest, network });
const listed = () => execFileSync('nft', ['list', 'table', 'inet', table], { encoding: 'utf8' });

/** Elements that stand, as `nft` lists them. */
function standing(): string[] {
  const lists = listed().matchAll(/elements = \{([^}]*)\}/g);
  return [...lists].flatMap(([, list]) =>
    list!.split(',').map((element) => element.trim().replace(/\s+/g, ' ')),
  );
}

function isProgram(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'filter';
  } catch {
    // It has ended.
    return false;
  }
}

describe('the packet filter', { timeout: 60_000 }, () => {
  let program: string;
  const failures: Error[] = [];
  const open = (t: TestContext, path?: string) => {
    failures.length = 0;
    const onError = (error: Error) => void failures.push(error);
    const filter = createFilter({ table, program: path, patienceMs: 1000, onError });
    t.after(() => filter.close());
    filter.start();
    return filter;
  };
  /** The process of the program that this process has started. */
  const processOf = () => {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
    return children.match(/\d+/g)?.map(Number).find(isProgram);
  };
  const started = async () => {
    for (;;) {
      const pid = processOf();
      if (pid !== undefined) return pid;
      await sleep(5);
    }
  };
  before(async () => {
    program = await buildFilter();
    execFileSync('nft', ['-f', '-'], { input: ruleset });
  });
  after(() => void execFileSync('nft', ['delete', 'table', 'inet', table]));

  for (const [way, path] of [
    ['the program', () => program],
    ['nft alone', () => undefined],
  ] as const) {
    it(`holds by ${way} what a change says, whatever stood before`, async (t) => {
      const filter = open(t, path());
      const mark = 0x12_34_56;
      const all: Element[] = [
        { set: 'offline', guest },
        denied('1.2.3.4/32'),
        denied('45.0.0.0/9'),
        { set: 'pinned', guest, network: '1.1.1.1/32', seconds: 3000 },
        { set: 'marks', guest, mark },
        { set: 'marked', guest, mark },
      ];
      // What is there is added, and what is absent removed.
      await filter.apply({ removed: [], added: all });
      await filter.apply({ removed: [denied('77.0.0.0/8')], added: all });
      const found = standing();
      assert.deepEqual(
        [...found.filter((element) => !element.includes('timeout'))].sort(),
        [
          '10.212.0.2',
          '10.212.0.2 . 0x00123456',
          '10.212.0.2 . 1.2.3.4',
          '10.212.0.2 . 45.0.0.0/9',
          '10.212.0.2 : 0x00123456',
        ].sort(),
      );
      assert.match(listed(), /10\.212\.0\.2 \. 1\.1\.1\.1 timeout 50m expires (50m|49m59s)/);
      await filter.apply({ removed: [denied('45.0.0.0/9')], added: [denied('0.0.0.0/0')] });
      assert.ok(standing().includes('10.212.0.2 . 0.0.0.0/0'));
      const stand = all.filter(({ network }) => network !== '45.0.0.0/9');
      await filter.apply({ removed: [...stand, denied('0.0.0.0/0')], added: [] });
      assert.deepEqual(standing(), []);
      await filter.close();
      assert.deepEqual(failures, []);
    });
  }

  it('is changed as a whole or not at all', async (t) => {
    const filter = open(t, program);
    await filter.apply({ removed: [], added: [denied('1.0.0.0/8')] });
    // They overlap, which no set may hold.
    const wrong = [denied('5.5.5.5/32'), denied('1.2.0.0/16')];
    await assert.rejects(filter.apply({ removed: [], added: wrong }), /overlap|exist/i);
    assert.deepEqual(standing(), ['10.212.0.2 . 1.0.0.0/8']);
    await filter.apply({ removed: [denied('1.0.0.0/8')], added: [] });
    assert.deepEqual(standing(), []);
    await filter.close();
  });

  it('holds the longest policies, and one after another', async (t) => {
    const filter = open(t, program);
    const blocks = (second: number) =>
      Array.from({ length: 1024 }, (_, at) => denied(`45.${second + (at >> 8)}.${at & 255}.0/24`));
    const filled = filter.apply({ removed: [], added: blocks(60) });
    const replaced = filter.apply({ removed: blocks(60), added: blocks(70) });
    await Promise.all([filled, replaced]);
    assert.equal(standing().length, 1024);
    await filter.apply({ removed: blocks(70), added: [] });
    assert.deepEqual(standing(), []);
    await filter.close();
    assert.deepEqual(failures, []);
  });

  for (const [fault, signal] of [
    ['is killed', 'SIGKILL'],
    ['hangs', 'SIGSTOP'],
  ] as const) {
    it(`is changed also while its program ${fault}, and by a further process of it later`, async (t) => {
      const filter = open(t, program);
      const first = await started();
      process.kill(first, signal);
      const networks = ['1.1.1.1/32', '2.2.2.2/32', '3.3.3.3/32'];
      await Promise.all(networks.map((network) => filter.apply({ removed: [], added: [denied(network)] })));
      assert.equal(standing().length, 3);
      assert.match(String(failures[0]), /the filter program ended: SIGKILL/);
      const second = await started();
      assert.notEqual(second, first);
      failures.length = 0;
      await filter.apply({ removed: networks.map(denied), added: [] });
      assert.deepEqual(standing(), []);
      assert.deepEqual(failures, []);
      await filter.close();
      assert.equal(processOf(), undefined);
    });
  }

  it('is changed also where the program is missing', async (t) => {
    const filter = open(t, '/nonexistent/filter');
    await filter.apply({ removed: [], added: [denied('1.1.1.1/32')] });
    assert.deepEqual(standing(), ['10.212.0.2 . 1.1.1.1']);
    // It is tried again, ever more rarely: after 0.5 s, 1 s, 2 s. The change above may have met its first end too.
    await sleep(1900);
    assert.ok(failures.length <= 4, `${failures.length} failures`);
    await filter.close();
    await filter.apply({ removed: [denied('1.1.1.1/32')], added: [] });
    assert.deepEqual(standing(), []);
    assert.ok(failures.length > 0);
  });

  it('has a program that may do nothing else of what root may', async (t) => {
    const filter = open(t, program);
    const status = readFileSync(`/proc/${await started()}/status`, 'utf8');
    const netAdmin = (1n << 12n).toString(16).padStart(16, '0');
    for (const name of ['CapPrm', 'CapEff', 'CapBnd'])
      assert.match(status, new RegExp(`${name}:\\s${netAdmin}`));
    assert.match(status, /NoNewPrivs:\s1/);
    await filter.close();
  });
});
