import type { NetworkPolicy } from '@nullspace/contract';
import type { Sandbox } from '../store/records.ts';

/** What a sandbox may reach, and how fast, as the host is told. */
export function egressOf({ network, internetAccess }: Pick<Sandbox, 'network' | 'internetAccess'>) {
  const policy = network as NetworkPolicy | null;
  return {
    internetAccess,
    allowOut: policy?.allow_out ?? [],
    denyOut: policy?.deny_out ?? [],
    uploadMbps: policy?.bandwidth?.upload_mbps ?? 0,
    downloadMbps: policy?.bandwidth?.download_mbps ?? 0,
  };
}
