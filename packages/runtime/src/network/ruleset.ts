import { packetRefusalReasons } from '../engine.ts';
import type { Names } from './names.ts';
import type { GuestRange } from './range.ts';

/** What no guest may reach beyond the host: everything that is not the public internet (IANA special-purpose registry). */
export const closedNetworks = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Flows of one guest that the host tracks at a time. Its table is one for all: whoever filled it would cut off everybody. */
const MOST_FLOWS = 4096;

/** Addresses that are pinned for all guests together. */
const MOST_PINS = 262_144;

/** Account of the egress program: one that no machine gives to anybody, so that the packet filter knows it by this. */
export const egressUser = 65_533;

/** Packets of one guest that are logged in a second, and at once after a pause. What is more is dropped unseen. */
const LOGGED = 'limit rate over 20/second burst 100 packets';

/** Connections of one guest that the egress program is given in a second, and at once: each makes the host decide. */
const ARRIVING = 'limit rate over 100/second burst 500 packets';

/** A chain that drops and logs why, unless there is no log. */
function refusal(reason: string, group: number | undefined): string {
  const log = group === undefined ? '' : `log prefix "${reason}" group ${group} snaplen 64`;
  return `  chain refuse_${reason} {
    update @noisy { ip saddr ${LOGGED} } drop
    ${log}
    drop
  }
`;
}

/**
 * The packet filter of an installation, as one transaction: loading it again over itself changes nothing and keeps
 * the policies of guests. A guest reaches the resolver and the public internet, and answers who calls it from the host.
 *
 * Connections to ports 80 and 443 that only a name can allow go to the egress program, those to other ports to pinned
 * addresses alone. Pins end with the process that knows their names.
 *
 * @param logGroup Undefined for kernels that log no packets.
 */
export function createRuleset(names: Names, range: GuestRange, logGroup: number | undefined): string {
  const guests = `"${names.prefix}*"`;
  const table = `inet ${names.table}`;
  const closed = closedNetworks.join(', ');
  const hooked = ['spoofing', 'by_name', 'to_host', 'through_host', 'from_egress', 'outbound'];
  const jumped = ['choose_way', 'to_egress', 'arriving', 'unless_pinned', 'pinned_way', 'onward'];
  const chains = [...jumped, ...packetRefusalReasons.map((reason) => `refuse_${reason}`)];
  return `
table ${table} {
  set offline {
    type ipv4_addr
  }
  set restricted {
    type ipv4_addr
  }
  set named {
    type ipv4_addr
  }
  set allowed {
    type ipv4_addr . ipv4_addr
    flags interval
  }
  set denied {
    type ipv4_addr . ipv4_addr
    flags interval
  }
  set pinned {
    type ipv4_addr . ipv4_addr
    size ${MOST_PINS}
    flags timeout
  }
  map marks {
    type ipv4_addr : mark
  }
  set marked {
    type ipv4_addr . mark
  }
  set flows {
    type ipv4_addr
    size 65536
    flags dynamic
  }
  set arrivals {
    type ipv4_addr
    size 65536
    flags dynamic,timeout
    timeout 1m
  }
  set noisy {
    type ipv4_addr
    size 65536
    flags dynamic,timeout
    timeout 1m
  }
  chain spoofing {
    type filter hook prerouting priority raw; policy accept;
  }
  chain by_name {
    type nat hook prerouting priority dstnat; policy accept;
  }
  chain to_host {
    type filter hook input priority filter; policy accept;
  }
  chain through_host {
    type filter hook forward priority filter; policy accept;
  }
  chain from_egress {
    type filter hook output priority filter; policy accept;
  }
${chains.map((chain) => `  chain ${chain} {\n  }\n`).join('')}  chain outbound {
    type nat hook postrouting priority srcnat; policy accept;
  }
}
${[...hooked, ...chains].map((chain) => `flush chain ${table} ${chain}\n`).join('')}flush set ${table} pinned
flush set ${table} marked
flush map ${table} marks
table ${table} {
${packetRefusalReasons.map((reason) => refusal(reason, logGroup)).join('')}  chain spoofing {
    iifname ${guests} meta nfproto != ipv4 drop
    iifname ${guests} fib saddr type != unicast drop
    iifname ${guests} fib saddr . iif oif missing drop
  }
  chain by_name {
    iifname ${guests} ip saddr @named tcp dport { 80, 443 } jump choose_way
  }
  chain choose_way {
    fib daddr type != unicast return
    ip daddr { ${closed} } return
    ip daddr ${range.cidr} return
    ip saddr . ip daddr @allowed return
    ip saddr . ip daddr @denied goto to_egress
    ip saddr @restricted goto to_egress
  }
  chain to_host {
    iifname ${guests} ct state established,related accept
    iifname ${guests} ip daddr ${range.resolver} meta l4proto { tcp, udp } th dport 53 accept
    iifname ${guests} ip daddr ${range.resolver} meta l4proto tcp ct status dnat goto arriving
    iifname ${guests} goto refuse_host
  }
  chain arriving {
    update @arrivals { ip saddr ${ARRIVING} } goto refuse_too_many_connections
    accept
  }
  chain through_host {
    oifname ${guests} iifname ${guests} goto refuse_closed_network
    oifname ${guests} ip daddr @offline drop
    oifname ${guests} ct state established,related accept
    oifname ${guests} drop
    iifname ${guests} ip saddr @offline goto refuse_no_internet
    iifname ${guests} ip daddr { ${closed} } goto refuse_closed_network
    iifname ${guests} ip saddr . ip daddr @allowed jump onward
    iifname ${guests} ct state established ip saddr . ct mark @marked jump onward
    iifname ${guests} ip saddr . ip daddr @denied goto unless_pinned
    iifname ${guests} ip saddr @restricted goto unless_pinned
    iifname ${guests} jump onward
  }
  chain unless_pinned {
    ip saddr . ip daddr @pinned goto pinned_way
    ip saddr . ip daddr @denied goto refuse_denied
    goto refuse_not_allowed
  }
  chain pinned_way {
    udp dport { 80, 443 } goto refuse_quic
    tcp dport { 80, 443 } goto refuse_proxy_unavailable
    ct mark set ip saddr map @marks
    jump onward
  }
  chain onward {
    ct state new add @flows { ip saddr ct count over ${MOST_FLOWS} } goto refuse_too_many_connections
    accept
  }
  chain from_egress {
    meta skuid ${egressUser} meta nfproto != ipv4 drop
    meta skuid ${egressUser} ct direction reply accept
    meta skuid ${egressUser} fib daddr type != unicast drop
    meta skuid ${egressUser} ip daddr { ${closed} } drop
    meta skuid ${egressUser} ip daddr ${range.cidr} drop
  }
  chain outbound {
    ip saddr ${range.cidr} oifname != ${guests} masquerade
  }
}
`;
}
