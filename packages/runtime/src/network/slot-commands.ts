import type { Slot } from '../engine.ts';
import type { Names } from './names.ts';
import type { GuestRange } from './range.ts';

const PREFIX_LENGTH = 30;

/** Name of the interface inside every namespace. */
const GUEST_INTERFACE = 'eth0';

export function describeSlot(names: Names, range: GuestRange, index: number): Slot {
  return {
    index,
    namespace: names.slot(index),
    guestAddress: range.guest(index),
    gatewayAddress: range.gateway(index),
    prefixLength: PREFIX_LENGTH,
    guestInterface: GUEST_INTERFACE,
  };
}

/** Shell script that makes a slot's namespace and veth pair; one process of ours for several of `ip`. */
export function makeScript(slot: Slot): string {
  const { namespace, gatewayAddress, guestInterface } = slot;
  return `set -e
ip -batch - <<END
netns add ${namespace}
link add ${namespace} type veth peer name ${guestInterface} netns ${namespace}
link set ${namespace} addrgenmode none
addr add ${gatewayAddress}/${PREFIX_LENGTH} dev ${namespace}
link set ${namespace} up
END
ip -netns ${namespace} -batch - <<END
link set lo up
link set ${guestInterface} addrgenmode none
${addressBatch(slot)}END
`;
}

/** Batch of \`ip\` that sets the guest's address and route, whether or not they are there. */
export function addressBatch(slot: Slot): string {
  const { guestAddress, gatewayAddress, guestInterface } = slot;
  return `link set ${guestInterface} up
addr replace ${guestAddress}/${PREFIX_LENGTH} dev ${guestInterface}
route replace default via ${gatewayAddress} dev ${guestInterface}
`;
}

/**
 * Shell script that removes a slot, whatever part of it there is. The host's interface goes first and at once; the
 * kernel takes a namespace down some time after it was deleted.
 */
export function removeScript(name: string): string {
  return `
if [ -e /sys/class/net/${name} ]; then ip link delete ${name} || [ ! -e /sys/class/net/${name} ]; fi
if [ -e /run/netns/${name} ]; then ip netns delete ${name} || [ ! -e /run/netns/${name} ]; fi
`;
}
