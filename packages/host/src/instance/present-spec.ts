import type { MessageInitShape } from '@bufbuild/protobuf';
import type { host } from '@nullspace/proto';
import type { InstanceSpec } from './spec.ts';

/** A specification as clients see it. */
export function presentSpec(spec: InstanceSpec): MessageInitShape<typeof host.SpecSchema> {
  return {
    image: spec.image,
    vcpus: spec.vcpus,
    memoryMb: spec.memory_mb,
    diskMb: spec.disk_mb,
    env: { ...spec.env },
    cwd: spec.cwd,
    internetAccess: spec.internet_access,
    allowOut: [...spec.allow_out, ...spec.allow_names],
    denyOut: [...spec.deny_out],
    uploadMbps: spec.upload_mbps ?? 0,
    downloadMbps: spec.download_mbps ?? 0,
    processLimit: spec.process_limit,
    hostname: spec.hostname,
  };
}
