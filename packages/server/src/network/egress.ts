import type { NetworkPolicy } from '@nullspace/contract';
import type { Sandbox } from '../store/records.ts';

/** What a sandbox may reach, as the host is told. */
export function egressOf({ network, internetAccess }: Pick<Sandbox, 'network' | 'internetAccess'>) {
  const policy = network as NetworkPolicy | null;
  return {
    internetAccess,
    allowOut: policy?.allow_out ?? [],
    denyOut: policy?.deny_out ?? [],
  };
}
