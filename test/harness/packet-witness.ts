import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** Packets that came in through one interface, each as "tcp 10.0.0.2 > 1.1.1.1:443" or "icmp 10.0.0.2 > 1.1.1.1", sorted. */
export interface Packets {
  /** What came in, before any filter. */
  arrived: string[];
  /** What every filter let on: to the machine itself or through it. Answers to calls of the machine are not listed. */
  passed: string[];
  /** IPv6 packets, likewise. */
  arrived6: number;
  passed6: number;
}

/**
 * Writes down what comes in through an interface, in a table of the packet filter of its own that judges nothing: the
 * other side of "it could not be reached".
 */
export function openWitness(
  context: { after(hook: () => Promise<void>): void },
  { device, namespace }: { device: string; namespace?: string },
): { read(): Packets } {
  const table = `witness_${randomBytes(4).toString('hex')}`;
  const nft = (args: string[], input?: string) =>
    execFileSync(namespace ? 'ip' : 'nft', namespace ? ['netns', 'exec', namespace, 'nft', ...args] : args, {
      input,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  const note = (set: string, condition = '') => `
    iifname "${device}" ${condition} meta nfproto ipv4 meta l4proto { tcp, udp } add @${set} { meta l4proto . ip saddr . ip daddr . th dport }
    iifname "${device}" ${condition} meta nfproto ipv4 meta l4proto != { tcp, udp } add @${set} { meta l4proto . ip saddr . ip daddr . 0 }
    iifname "${device}" ${condition} meta nfproto ipv6 counter name ${set}6`;
  const set = (name: string) => `
  set ${name} { type inet_proto . ipv4_addr . ipv4_addr . inet_service; flags dynamic; size 300000; }
  counter ${name}6 {}`;
  const fresh = 'ct state != { established, related }';
  nft(
    ['-f', '-'],
    `table inet ${table} {${set('arrived')}${set('passed')}
  chain early { type filter hook prerouting priority -450; policy accept;${note('arrived')}
  }
  chain to_host { type filter hook input priority 200; policy accept;${note('passed', fresh)}
  }
  chain through_host { type filter hook forward priority 200; policy accept;${note('passed', fresh)}
  }
}
`,
  );
  context.after(async () => void nft(['delete', 'table', 'inet', table]));
  return {
    read() {
      const { nftables } = JSON.parse(nft(['-j', 'list', 'table', 'inet', table])) as { nftables: Listed[] };
      const packets = (name: string) =>
        (nftables.find(({ set }) => set?.name === name)?.set?.elem ?? []).map(describe).sort();
      const count = (name: string) =>
        nftables.find(({ counter }) => counter?.name === name)?.counter?.packets ?? 0;
      return {
        arrived: packets('arrived'),
        passed: packets('passed'),
        arrived6: count('arrived6'),
        passed6: count('passed6'),
      };
    },
  };
}

interface Listed {
  set?: { name: string; elem?: Element[] };
  counter?: { name: string; packets: number };
}
interface Element {
  concat: [protocol: string | number, from: string, to: string, port: number];
}

function describe({ concat: [protocol, from, to, port] }: Element): string {
  return `${protocol} ${from} > ${to}${port === 0 ? '' : `:${port}`}`;
}
