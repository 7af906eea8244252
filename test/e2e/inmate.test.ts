import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';
import { answersHere, listeningPorts } from './hostile/host-ports.ts';
import { spellings } from './hostile/spellings.ts';
import {
  type Attempt,
  attempt,
  command,
  forge,
  HEARING_PORT,
  type Inmate,
  neighbourOf,
  openWorld,
  type World,
} from './hostile/world.ts';

const AGENT_PORT = 49983;
/** Seconds that are given to what must be reached. */
const LONG = 60;

describe('an inmate that tries to get out', () => {
  const context = suite();
  let world: World;
  let inmate: Inmate;

  before(async () => {
    world = await openWorld(context);
    inmate = await world.admit();
  });

  /** What the filter let through of an inmate, but for questions to the resolver. */
  function passed({ witness, address }: Inmate): string[] {
    const asked = new RegExp(`^(udp|tcp) ${address} > ${resolver()}:53$`);
    return witness.read().passed.filter((packet) => !asked.test(packet));
  }
  const resolver = () => world.installation.guestRange.replace(/\d+\/\d+$/, '1');
  const here = () => ({ target: world.outside.reached, port: world.outside.port, patience: LONG });

  /** Asserts that nothing of this came through, and that the same means reach what is open. */
  async function expectClosed(attempts: Attempt[], from = inmate): Promise<void> {
    const before = passed(from);
    const results = await attempt(from, [{ kind: 'tcp', ...here() }, ...attempts]);
    assert.equal(results.shift(), 'reached', 'the world outside');
    const got = attempts.map((each, index) => ({ ...each, result: results[index]! }));
    assert.deepEqual(
      got.filter(({ result }) => result === 'reached' || result === 'sent'),
      [],
    );
    const open = `tcp ${from.address} > ${world.outside.reached}:${world.outside.port}`;
    assert.deepEqual(
      passed(from).filter((packet) => packet !== open && !before.includes(packet)),
      [],
    );
    assert.ok(passed(from).includes(open), 'the witness sees what comes through');
    assert.equal(from.witness.read().passed6, 0);
    assert.deepEqual(await world.heard(), []);
  }

  test('reaches no private, link-local or special address, by no protocol', async () => {
    const closed = Object.values(world.outside.closed);
    // From here they are reached: what stands in the way is the filter.
    for (const target of closed)
      assert.equal(await answersHere(target, world.outside.port), true, `${target} answers the host`);
    await expectClosed(
      closed.flatMap((target) => [
        { kind: 'tcp', target, port: world.outside.port },
        { kind: 'tcp', target, port: 80 },
        { kind: 'udp', target, port: 53 },
        { kind: 'icmp', target },
      ]),
    );
    const { arrived } = inmate.witness.read();
    for (const target of closed) {
      assert.ok(arrived.includes(`tcp ${inmate.address} > ${target}:80`), `${target} was tried`);
      assert.ok(arrived.includes(`icmp ${inmate.address} > ${target}`), `${target} was tried`);
    }
    const seen = world.outside.witness.read().arrived.filter((packet) => packet.includes(' > '));
    for (const target of closed) {
      // The host itself has been there, over TCP and at one port.
      const others = seen.filter(
        (packet) => packet.includes(`> ${target}`) && !packet.endsWith(`> ${target}:${world.outside.port}`),
      );
      assert.deepEqual(others, []);
    }
  });

  test('reaches them under no other spelling', async () => {
    const open = spellings(world.outside.reached);
    const { port } = world.outside;
    const results = await attempt(
      inmate,
      open.map((target) => ({ kind: 'tcp', target, port, patience: LONG })),
    );
    assert.deepEqual(
      open.filter((_, index) => results[index] !== 'reached'),
      [],
      'spellings are understood',
    );
    const targets = [...Object.values(world.outside.closed), inmate.gateway, world.victim.address];
    await expectClosed(
      targets.flatMap((target) =>
        spellings(target).map((name): Attempt => ({ kind: 'tcp', target: name, port })),
      ),
    );
  });

  test('has no IPv6', async () => {
    const { port } = world.outside;
    const hidden = '169.254.169.254';
    const targets = [
      'fd00:ec2::254',
      'fe80::1%eth0',
      'ff02::1%eth0',
      '2001:4860:4860::8888',
      '64:ff9b::a9fe:a9fe',
      '2002:a9fe:a9fe::1',
      `::${hidden}`,
      `64:ff9b::${hidden}`,
    ];
    await expectClosed(
      targets.flatMap((target): Attempt[] => [
        { kind: 'tcp', target, port },
        { kind: 'udp', target, port: 53 },
      ]),
    );
  });

  test('reaches no port of the host under any of its addresses', async () => {
    const { installation, outside } = world;
    const apiPort = Number(new URL(installation.url).port);
    const { host: preview } = await hostOf(world.victim);
    const ports = { tcp: listeningPorts('t'), udp: listeningPorts('u') };
    for (const port of [apiPort, Number(preview.split(':')[1])])
      assert.ok(ports.tcp.includes(port), `${port} is open to everybody`);
    const gateways = [inmate.gateway, world.victim.gateway];
    const addresses = [...new Set([...gateways, outside.hostAddress, resolver(), ...world.ownAddresses()])];
    for (const address of addresses) {
      // Unless it went away meanwhile.
      const mine = [...gateways, outside.hostAddress, resolver(), ...world.ownAddresses()];
      const serves = (await answersHere(address, apiPort)) || !mine.includes(address);
      assert.ok(serves, `${address} serves the API`);
    }
    const attempts = addresses.flatMap((target): Attempt[] => [
      ...ports.tcp.map((port): Attempt => ({ kind: 'tcp', target, port })),
      ...ports.udp.map((port): Attempt => ({ kind: 'udp', target, port })),
      { kind: 'icmp', target },
    ]);
    const allowed = ({ target, port }: Attempt) => target === resolver() && port === 53;
    await expectClosed(attempts.filter((each) => !allowed(each)));
  });

  test('finds no open port among all of its gateway', async () => {
    const scanner = await world.admit();
    const { gateway } = scanner;
    const scan = async (address: string, first: number, last: number, patienceMs: number) => {
      const args = ['/srv/scan-ports.py', ...[address, first, last, patienceMs].map(String)];
      const { stdout, stderr, exitCode } = await scanner.sandbox.commands.run('python3', {
        args,
        timeoutSecs: 280,
      });
      assert.equal(exitCode, 0, stderr);
      return stdout.trim();
    };
    const { port, reached } = world.outside;
    assert.equal(await scan(reached, port, port, LONG * 1000), String(port), 'the scanner finds a port');
    assert.equal(await scan(gateway, 1, 65_535, 50), '');
    const { arrived, passed: through } = scanner.witness.read();
    assert.deepEqual(
      through.filter((packet) => !packet.endsWith(`> ${reached}:${port}`)),
      [],
    );
    for (const protocol of ['tcp', 'udp']) {
      const tried = arrived.filter(
        (packet) => packet.startsWith(protocol) && packet.includes(`> ${gateway}:`),
      );
      assert.ok(tried.length > 60_000, `${tried.length} ports were tried over ${protocol}`);
    }
    await scanner.sandbox.kill();
  });

  test('reaches no other guest, nor its agent', async () => {
    const { victim } = world;
    assert.equal(await answersHere(victim.address, HEARING_PORT), true);
    await expectClosed(
      [HEARING_PORT, AGENT_PORT].flatMap((port): Attempt[] => [
        { kind: 'tcp', target: victim.address, port },
        { kind: 'udp', target: victim.address, port },
        { kind: 'icmp', target: victim.address },
      ]),
    );
    // Nor do others from outside, though they know the way.
    const { namespace, hostAddress } = world.outside;
    command('ip', ['-netns', namespace, 'route', 'add', victim.address, 'via', hostAddress, 'dev', 'eth0']);
    const curl = ['curl', '-sS', '--max-time', '2', `http://${victim.address}:${HEARING_PORT}/`];
    assert.throws(() => command('ip', ['netns', 'exec', namespace, ...curl]));
    assert.deepEqual(await world.heard(), []);
  });

  test('is heard by nobody when it calls to all', async () => {
    const calls: Attempt[] = [
      { kind: 'udp', target: '255.255.255.255', port: 67 },
      { kind: 'udp', target: neighbourOf(inmate.address, 1), port: 67 },
      { kind: 'udp', target: '224.0.0.1', port: 5353 },
      { kind: 'udp', target: '224.0.0.251', port: 5353 },
      { kind: 'udp', target: '239.255.255.250', port: 1900 },
      { kind: 'udp', target: '224.0.0.1', port: HEARING_PORT },
      // Its own, that of nobody else.
      { kind: 'udp', target: '0.0.0.0', port: 53 },
      { kind: 'tcp', target: '0.0.0.0', port: 22 },
    ];
    await expectClosed(calls);
  });

  test('may write no packets of its own', async () => {
    const protocols = [1, 2, 4, 6, 17, 41, 47, 132, 255];
    const attempts = protocols.map((port): Attempt => ({ kind: 'raw', target: world.outside.reached, port }));
    const results = await attempt(inmate, [...attempts, { kind: 'packet', target: '' }]);
    for (const result of results) assert.match(result, /^(EPERM|EACCES|EPROTONOSUPPORT)$/);
  });

  test('gets through with no forged frame, even from outside of its engine', async () => {
    const thief = await world.admit();
    const { victim, outside } = world;
    const { address: own, gateway } = thief;
    const { reached } = outside;
    const frames = [
      // Addresses that are not its own.
      ...[victim.address, '45.67.88.9', gateway, victim.gateway, outside.hostAddress, '127.0.0.1'].flatMap(
        (source) => [
          { kind: 'udp', source, target: reached, port: 9 },
          { kind: 'tcp', source, target: reached, port: outside.port },
          { kind: 'icmp', source, target: reached },
        ],
      ),
      // As if the victim had called.
      ...[reached, victim.gateway, own].flatMap((source) => [
        { kind: 'udp', source, target: victim.address, port: HEARING_PORT },
        { kind: 'tcp', source, target: victim.address, port: AGENT_PORT, flags: 2 },
        { kind: 'tcp', source, target: victim.address, port: AGENT_PORT, flags: 16 },
      ]),
      { kind: 'source_route', source: own, target: victim.address, by: gateway, port: HEARING_PORT },
      { kind: 'source_route', source: own, target: outside.closed.metadata, by: reached, port: 80 },
      { kind: 'fragments', source: own, target: gateway, port: 53 },
      { kind: 'ipv6', source: 'fe80::1', target: 'ff02::1', port: 53 },
      { kind: 'ipv6', source: `::ffff:${own}`, target: `::ffff:${victim.address}`, port: HEARING_PORT },
      { kind: 'tagged', source: own, target: reached, port: 9 },
      { kind: 'protocol', source: own, target: victim.address, number: 4 },
      { kind: 'protocol', source: own, target: gateway, number: 47 },
      { kind: 'protocol', source: own, target: gateway, number: 132 },
      // Who claims the addresses of others, and who asks for them.
      { kind: 'arp', operation: 2, sender: victim.address, target: victim.address },
      { kind: 'arp', operation: 2, sender: reached, target: gateway },
      { kind: 'arp', operation: 1, sender: own, target: victim.address },
      { kind: 'arp', operation: 1, sender: own, target: reached },
      { kind: 'arp', operation: 1, sender: own, target: gateway },
    ];
    const control = { kind: 'udp', source: own, target: reached, port: 4242 };
    const told = forge(thief, [...frames, control]);
    assert.ok(!told.includes(victim.address) && !told.includes(reached), `ARP told ${told}`);
    const { arrived, arrived6, passed6 } = thief.witness.read();
    for (const packet of [
      `udp ${victim.address} > ${reached}:9`,
      `tcp ${victim.gateway} > ${victim.address}:${AGENT_PORT}`,
      `icmp 45.67.88.9 > ${reached}`,
    ])
      assert.ok(arrived.includes(packet), `${packet} came to the filter`);
    assert.ok(arrived6 > 0);
    assert.equal(passed6, 0);
    assert.deepEqual(passed(thief), [`udp ${own} > ${reached}:4242`]);
    await until(
      () => outside.witness.read().arrived.some((packet) => packet.endsWith(`> ${reached}:4242`)),
      'an honest frame gets outside',
    );
    const seen = outside.witness.read().arrived;
    assert.deepEqual(
      seen.filter((packet) => packet.endsWith(`> ${reached}:9`) || packet.includes(' 45.67.88.9 ')),
      [],
    );
    assert.deepEqual(await world.heard(), []);
    // Both are where they were.
    assert.equal(await answersHere(victim.address, HEARING_PORT), true);
    assert.equal((await attempt(thief, [{ kind: 'tcp', ...here() }]))[0], 'reached');
  });

  test('gets around its policy by no other protocol and no other resolver', async () => {
    const { reached, other, port } = world.outside;
    const policies = {
      open: { network: undefined, reached: [reached, other] },
      allowed: { network: { allowOut: [reached] }, reached: [reached] },
      denied: { network: { denyOut: [other] }, reached: [reached] },
      closed: { network: { denyOut: ['0.0.0.0/0'] }, reached: [] as string[] },
    };
    for (const [name, policy] of Object.entries(policies)) {
      const one = await world.admit(policy.network);
      const ways = (target: string): Attempt[] => {
        const patience = policy.reached.includes(target) ? LONG : 2;
        return [
          { kind: 'tcp', target, port, patience },
          { kind: 'icmp', target, patience },
          ...[53, 853, 443].flatMap((number): Attempt[] => [
            { kind: 'tcp', target, port: number },
            { kind: 'udp', target, port: number },
          ]),
        ];
      };
      const targets = [reached, other];
      const results = await attempt(one, targets.flatMap(ways));
      const expected = policy.reached.flatMap((target) =>
        ways(target).map(
          ({ kind, port: number }) => `${kind} ${one.address} > ${target}${number ? `:${number}` : ''}`,
        ),
      );
      assert.deepEqual(passed(one), expected.sort(), name);
      const got = targets.flatMap(ways).filter((_, index) => results[index] === 'reached');
      assert.deepEqual(
        got.map(({ kind, target }) => `${kind} ${target}`),
        policy.reached.flatMap((target) => [`tcp ${target}`, `icmp ${target}`]),
        name,
      );
      await one.sandbox.kill();
    }
  });

  async function hostOf({ sandbox }: Inmate): Promise<{ host: string }> {
    return { host: await sandbox.getHost(HEARING_PORT) };
  }
});
