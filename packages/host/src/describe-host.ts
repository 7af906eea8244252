import type { MessageInitShape } from '@bufbuild/protobuf';
import type { host as proto } from '@nullspace/proto';
import packageJson from '../package.json' with { type: 'json' };
import { readDisk } from './capacity/disk.ts';
import type { HostContext } from './context.ts';

/** What this host is and has left. */
export async function describeHost(
  host: HostContext,
): Promise<MessageInitShape<typeof proto.GetHostResponseSchema>> {
  const [disk, images, engineVersion] = await Promise.all([
    readDisk(host.paths.hostDir),
    host.images.list(),
    host.engine.version(),
  ]);
  const { limits, used } = host.reservations;
  return {
    hostId: host.hostId,
    version: packageJson.version,
    engine: `${host.engine.name} ${engineVersion}`,
    guestRange: host.settings.guest_range,
    images: Object.entries(images).map(([name, image]) => ({
      name,
      digest: image.digest,
      sizeBytes: BigInt(image.size_bytes),
    })),
    capacity: {
      cpuCount: host.machine.cpuCount,
      memoryTotalMb: BigInt(host.machine.memoryMb),
      memoryLimitMb: BigInt(limits.memoryMb),
      memoryReservedMb: BigInt(used.memoryMb),
      vcpuLimit: limits.vcpus,
      vcpuReserved: used.vcpus,
      diskFreeMb: BigInt(disk.freeMb),
      instancesLive: used.instances - host.registry.ready().length,
      instancesLimit: limits.instances,
    },
  };
}
