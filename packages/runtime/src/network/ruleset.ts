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

/**
 * The packet filter of an installation, as one transaction: loading it again over itself changes nothing and keeps
 * the policies of guests. A guest reaches the resolver and the public internet, and answers who calls it from the host.
 */
export function createRuleset(names: Names, range: GuestRange): string {
  const guests = `"${names.prefix}*"`;
  return `
table inet ${names.table} {
  set offline {
    type ipv4_addr
  }
  set restricted {
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
  set flows {
    type ipv4_addr
    size 65536
    flags dynamic
  }
  chain spoofing {
    type filter hook prerouting priority raw; policy accept;
  }
  chain to_host {
    type filter hook input priority filter; policy accept;
  }
  chain through_host {
    type filter hook forward priority filter; policy accept;
  }
  chain onward {
  }
  chain outbound {
    type nat hook postrouting priority srcnat; policy accept;
  }
}
flush chain inet ${names.table} spoofing
flush chain inet ${names.table} to_host
flush chain inet ${names.table} through_host
flush chain inet ${names.table} onward
flush chain inet ${names.table} outbound
table inet ${names.table} {
  chain spoofing {
    iifname ${guests} meta nfproto != ipv4 drop
    iifname ${guests} fib saddr type != unicast drop
    iifname ${guests} fib saddr . iif oif missing drop
  }
  chain to_host {
    iifname ${guests} ct state established,related accept
    iifname ${guests} ip daddr ${range.resolver} meta l4proto { tcp, udp } th dport 53 accept
    iifname ${guests} drop
  }
  chain through_host {
    oifname ${guests} iifname ${guests} drop
    oifname ${guests} ip daddr @offline drop
    oifname ${guests} ct state established,related accept
    oifname ${guests} drop
    iifname ${guests} ip saddr @offline drop
    iifname ${guests} ip daddr { ${closedNetworks.join(', ')} } drop
    iifname ${guests} ip saddr . ip daddr @allowed jump onward
    iifname ${guests} ip saddr . ip daddr @denied drop
    iifname ${guests} ip saddr @restricted drop
    iifname ${guests} jump onward
  }
  chain onward {
    ct state new add @flows { ip saddr ct count over ${MOST_FLOWS} } drop
    accept
  }
  chain outbound {
    ip saddr ${range.cidr} oifname != ${guests} masquerade
  }
}
`;
}
