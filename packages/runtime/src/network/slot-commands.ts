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

/** Shell script that makes the namespaces and veth pairs of slots: one process of ours, and one of `ip` for each slot and one more. */
export function makeScript(slots: Slot[]): string {
  return `set -e
ip -batch - <<END
${slots.map(hostBatch).join('')}END
${slots.map(enterNamespace).join('')}`;
}

function hostBatch({ namespace, gatewayAddress, guestInterface }: Slot): string {
  return `netns add ${namespace}
link add ${namespace} type veth peer name ${guestInterface} netns ${namespace}
link set ${namespace} addrgenmode none
addr add ${gatewayAddress}/${PREFIX_LENGTH} dev ${namespace}
link set ${namespace} up
`;
}

function enterNamespace(slot: Slot): string {
  return `ip -netns ${slot.namespace} -batch - <<END
link set lo up
link set ${slot.guestInterface} addrgenmode none
${addressBatch(slot)}END
`;
}

/** Batch of `ip` that sets the guest's address and route, whether or not they are there. */
export function addressBatch(slot: Slot): string {
  const { guestAddress, gatewayAddress, guestInterface } = slot;
  return `link set ${guestInterface} up
addr replace ${guestAddress}/${PREFIX_LENGTH} dev ${guestInterface}
route replace default via ${gatewayAddress} dev ${guestInterface}
`;
}
