import type {
  SetNetworkRequest,
  DeniedConnections as WireDenied,
  SandboxInfo as WireInfo,
} from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import { date } from '../client/date.ts';
import type { CallOptions } from '../client/options.ts';
import { sandboxPath } from './create.ts';
import { writeBandwidth } from './network.ts';
import { readSandboxInfo } from './read-info.ts';
import type { DeniedConnections, NetworkChanges, SandboxInfo } from './types.ts';

/** What a sandbox may reach, how fast, and what it was not let. */
export class SandboxNetwork {
  readonly #client: Client;
  readonly #id: string;

  constructor(client: Client, id: string) {
    this.#client = client;
    this.#id = id;
  }

  /**
   * Changes what it may reach, and how fast, while it runs; what is left out stays. In force as a whole when it resolves; connections that
   * the new rules do not allow are cut.
   */
  async update(changes: NetworkChanges, options: CallOptions = {}): Promise<SandboxInfo> {
    const { internetAccess, allowOut, denyOut, allowPublicTraffic, bandwidth } = changes;
    const json: SetNetworkRequest = {
      ...(internetAccess === undefined ? {} : { internet_access: internetAccess }),
      ...(allowOut === undefined ? {} : { allow_out: allowOut }),
      ...(denyOut === undefined ? {} : { deny_out: denyOut }),
      ...(allowPublicTraffic === undefined ? {} : { allow_public_traffic: allowPublicTraffic }),
      ...(bandwidth === undefined ? {} : { bandwidth: writeBandwidth(bandwidth) }),
    };
    const path = `${sandboxPath(this.#id)}/network`;
    return readSandboxInfo(await this.#client.json<WireInfo>('PATCH', path, { ...options, json }));
  }

  /** What it wanted to reach and was not let since it was created, resumed or forked, newest first. */
  async denied(options: CallOptions = {}): Promise<DeniedConnections> {
    const path = `${sandboxPath(this.#id)}/network/denied`;
    const { total, items } = await this.#client.json<WireDenied>('GET', path, options);
    return {
      total,
      items: items.map((item) => ({
        protocol: item.protocol,
        address: item.address ?? undefined,
        port: item.port ?? undefined,
        name: item.name ?? undefined,
        reason: item.reason,
        count: item.count,
        firstSeenAt: date(item.first_seen_at),
        lastSeenAt: date(item.last_seen_at),
      })),
    };
  }
}
