import type { NetworkPolicy, SetNetworkRequest } from '@nullspace/contract';
import { readHostError } from '@nullspace/host';
import type { Context } from '../context.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { isPrivate, makeTrafficToken } from '../sandboxes/traffic-token.ts';
import { isNotRunning } from '../snapshots/save-failure.ts';
import type { JsonValue, Sandbox } from '../store/records.ts';
import { bandwidthUnsupported, changePolicy, checkBandwidth } from './bandwidth.ts';
import { checkEgress } from './check-egress.ts';
import { egressOf } from './egress.ts';

/** Changes what a running sandbox may reach, and how fast. What the request leaves out stays as it is. */
export async function setNetwork(
  context: Context,
  address: SandboxAddress,
  body: SetNetworkRequest,
): Promise<Sandbox> {
  checkEgress(body);
  checkBandwidth(body.bandwidth, context.settings);
  return context.networks.inTurn(address.sandboxId, () => change(context, address, body));
}

async function change(
  { store, fleet, finder }: Context,
  address: SandboxAddress,
  body: SetNetworkRequest,
): Promise<Sandbox> {
  const sandbox = await finder.read(address);
  if (sandbox.status !== 'running') throw notReady(sandbox);
  const { internet_access: internetAccess = sandbox.internetAccess, ...lists } = body;
  const network = changePolicy(sandbox.network as NetworkPolicy | null, lists);
  const trafficToken = isPrivate(network as JsonValue) ? makeTrafficToken() : null;
  const next = { network: network as JsonValue, internetAccess, trafficToken };
  try {
    await fleet.call((client) => client.setNetworkPolicy({ sandboxId: sandbox.id, ...egressOf(next) }));
  } catch (error) {
    const refusal = readHostError(error);
    if (refusal?.code === 'bandwidth_unsupported') throw bandwidthUnsupported(refusal);
    if (!isNotRunning(error)) throw error;
    throw await finder.explainRefusal(sandbox);
  }
  const result = await store.updateSandbox(sandbox.id, next);
  return result.sandbox ?? sandbox;
}
