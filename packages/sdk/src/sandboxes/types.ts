import type { WarmPoolCheckout } from '../templates/pools/types.ts';

/** Where a sandbox is in its life. Only `running` takes calls. */
export type SandboxStatus = 'creating' | 'running' | 'paused' | 'destroyed' | 'error';

/** What happens when the time to live is over. */
export type TimeoutAction = 'destroy' | 'hibernate';

/** Rules for the network of a sandbox. */
export interface NetworkPolicy {
  /** Whether previews answer without the sandbox's traffic token. */
  allowPublicTraffic?: boolean;
  /**
   * `Host` header that a service inside the sandbox sees; `${PORT}` stands for the port.
   * @example 'localhost:${PORT}'
   */
  maskRequestHost?: string;
  /** Outbound IPv4 addresses and networks to refuse. An entry in `allowOut` wins. */
  denyOut?: string[];
  /**
   * Outbound IPv4 addresses, networks and host names to allow; `*.example.com` stands for every name below. Without
   * `denyOut`: these and nothing else.
   */
  allowOut?: string[];
  /** Limits of what passes between the sandbox and the outside; commands, files and previews do not count. */
  bandwidth?: Bandwidth | null;
}

/** Limits in Mbit/s (1,000,000 bits a second, headers included), whole numbers from 1 to 100,000. */
export interface Bandwidth {
  /** Most that the sandbox sends to the outside; null: no limit. @default null */
  uploadMbps?: number | null;
  /** Most that it receives from the outside; null: no limit. @default null */
  downloadMbps?: number | null;
}

/** What to change of the outbound rules; what is left out stays, of `bandwidth` as well. */
export interface NetworkChanges
  extends Pick<NetworkPolicy, 'allowOut' | 'denyOut' | 'allowPublicTraffic' | 'bandwidth'> {
  /** False: nothing beyond `allowOut`. */
  internetAccess?: boolean;
}

/** Connections, packets or lookups of a sandbox, alike in all that is said here, that were not let through. */
export interface DeniedConnection {
  /** `dns`: a lookup of a name. */
  protocol: 'tcp' | 'udp' | 'icmp' | 'dns' | 'other';
  /** IPv4 address; undefined for a lookup that was not answered. */
  address: string | undefined;
  port: number | undefined;
  /** Host name, where one was given. */
  name: string | undefined;
  /** Why, e.g. `not_allowed`, `denied`, `closed_network`, `name_not_allowed`; the API reference explains each. */
  reason: string;
  /** How often; packets that are sent again count. */
  count: number;
  firstSeenAt: Date | undefined;
  lastSeenAt: Date | undefined;
}

/** What a sandbox wanted to reach and was not let. */
export interface DeniedConnections {
  /** Of all, those included that are not listed any longer. */
  total: number;
  /** The last 100 different ones, newest first. */
  items: DeniedConnection[];
}

/** A sandbox as the server knows it. */
export interface SandboxInfo {
  id: string;
  status: SandboxStatus;
  /** Why it ended, e.g. `manual`, `timeout`, `out_of_memory`. */
  statusReason: string | undefined;
  /** `statusReason` as a sentence. */
  statusMessage: string | undefined;
  template: string;
  config: {
    vcpus: number;
    /** MiB. */
    memoryMb: number;
    /** MiB. */
    diskMb: number | undefined;
  };
  metadata: Record<string, unknown>;
  /** Default working directory of commands. */
  cwd: string | undefined;
  network: NetworkPolicy | undefined;
  internetAccess: boolean | undefined;
  createdAt: Date | undefined;
  startedAt: Date | undefined;
  endedAt: Date | undefined;
  /** Time to live, in milliseconds. */
  timeoutMs: number | undefined;
  /** Deadline. */
  timeoutAt: Date | undefined;
  timeoutAction: TimeoutAction | undefined;
  /** Snapshot that a paused sandbox resumes from. */
  snapshotId: string | undefined;
  /** Token that previews need when public traffic is off. */
  trafficAccessToken: string | undefined;
  /** How the create was served, where it named a pool. */
  warmPoolCheckout: WarmPoolCheckout | undefined;
}

/** What a sandbox uses at one moment. */
export interface SandboxMetrics {
  timestamp: Date | undefined;
  /** 100 for each core in use. */
  cpuPercent: number;
  cpuCount: number;
  memUsedBytes: number;
  memTotalBytes: number;
  diskUsedBytes: number;
  diskTotalBytes: number;
  /** Received since the start. */
  networkRxBytes: number | undefined;
  /** Sent since the start. */
  networkTxBytes: number | undefined;
}
