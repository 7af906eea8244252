import type { Settings } from '@nullspace/configuration';
import type { CreateSandboxBody } from '@nullspace/contract';
import { invalidField, notImplemented } from '../api-error.ts';
import { atMost } from '../at-most.ts';
import { type BandwidthBounds, checkBandwidth } from '../network/bandwidth.ts';
import { checkEgress } from '../network/check-egress.ts';

export type CreateBounds = BandwidthBounds &
  Pick<Settings, 'max_vcpus' | 'max_memory_mb' | 'max_disk_mb' | 'max_timeout_ms'>;

/**
 * Refuses what this server cannot do: values over its bounds and features that it does not have.
 *
 * @throws {ApiError} `invalid_request` or `not_implemented`.
 */
export function checkCreate(body: CreateSandboxBody, bounds: CreateBounds): void {
  checkTimeoutAction(body);
  refuseFeatures(body);
  if (body.network) checkEgress(body.network, 'network.');
  checkBandwidth(body.network?.bandwidth, bounds, 'network.');
  atMost('vcpus', body.vcpus ?? 0, bounds.max_vcpus);
  atMost('memory_mb', body.memory_mb ?? 0, bounds.max_memory_mb);
  atMost('disk_mb', body.disk_mb ?? 0, bounds.max_disk_mb);
  atMost('timeout_ms', body.timeout_ms, bounds.max_timeout_ms);
}

function checkTimeoutAction({ timeout_action, lifecycle }: CreateSandboxBody): void {
  if (!timeout_action || !lifecycle?.on_timeout) return;
  const second = lifecycle.on_timeout === 'pause' ? 'hibernate' : 'destroy';
  if (second !== timeout_action) {
    throw invalidField(
      'lifecycle.on_timeout',
      `"${lifecycle.on_timeout}" contradicts timeout_action "${timeout_action}"; send one of them`,
    );
  }
}

function refuseFeatures(body: CreateSandboxBody): void {
  if (body.volumes?.length) throw notImplemented('volumes (volumes)');
  if (body.desktop) throw notImplemented('desktops (desktop)');
}
