/**
 * What every isolation engine offers to the host. An engine starts, saves, restores and ends instances and knows
 * nothing of sandboxes, tenants, deadlines or HTTP. All folders and files it makes for an instance lie in
 * `folder` of the request or under the engine's own state folder, so that `clean` can find them again.
 */
export interface Engine {
  /** Short name for records, for example "gvisor". */
  readonly name: string;
  /** Build that snapshots are bound to, for example runsc's version line. */
  version(): Promise<string>;
  /** What of this machine is missing for the engine; empty when it can run. Changes nothing. */
  probe(): Promise<Problem[]>;
  /** Begins to keep ready, until `close`, what makes starts and saves faster. All calls can be made without it. */
  open(): void;
  /** Lets go of what is kept ready. Instances run on. */
  close(): Promise<void>;
  /** Starts an instance; resolves once its first process was started (the agent may not answer yet). */
  start(request: StartRequest): Promise<void>;
  /**
   * Starts an instance from a snapshot. One of kind "memory" goes on where it was saved, with another address,
   * hostname and environment; one of kind "filesystem" starts afresh on the saved files. Nothing is left when it fails.
   *
   * @throws {SnapshotError} The snapshot is missing or damaged, or fits neither this engine, machine nor request.
   */
  restore(request: RestoreRequest): Promise<void>;
  /**
   * Saves an instance as a folder that does not exist yet. The folder appears at once and whole, on disk. Resolves when
   * it is there; the instance then does what `afterwards` says. When it fails, the instance runs on and nothing
   * of the save stays.
   *
   * @throws {SnapshotError}
   */
  saveSnapshot(id: string, folder: string, options: SaveOptions): Promise<SavedSnapshot>;
  /**
   * Lets an instance go on that a save left frozen, also when that save was cut off with an earlier process of ours, and
   * removes what such a save left. Fine for one that is not frozen.
   */
  thaw(id: string): Promise<void>;
  /**
   * The manifest of a snapshot, from its folder alone.
   *
   * @param options.verify Reads every file and compares it with its digest. @default false
   * @throws {SnapshotError} `snapshot_missing` or `snapshot_corrupt`
   */
  inspectSnapshot(folder: string, options?: { verify?: boolean }): Promise<SnapshotManifest>;
  /**
   * Adds the checksums that a save of an instance that stays frozen has left out. Fine for a snapshot that lacks none, and
   * while it is restored. What is called off is left as it was.
   *
   * @throws {SnapshotError}
   */
  sumSnapshot(folder: string, signal?: AbortSignal): Promise<void>;
  /** Ends an instance and removes all that the engine holds for it. Unknown ids are fine. May be repeated. */
  kill(id: string): Promise<void>;
  /** Instances that the engine finds on the machine, those of an earlier process of ours included. */
  list(): Promise<ListedInstance[]>;
  /** Resolves when the instance has ended, however it ended; at once for an unknown one. */
  wait(id: string, signal?: AbortSignal): Promise<Ended>;
  /** Host-side cost of an instance, from its cgroups; undefined when it is unknown. */
  usage(id: string): Promise<Usage | undefined>;
  /** Removes what it finds of any instance that is not in `keep`: processes, cgroups, mounts, folders. */
  clean(keep: ReadonlySet<string>): Promise<void>;
}

/** One thing that hinders the engine, as a sentence, and how to mend it. */
export interface Problem {
  item: string;
  message: string;
  fix: string;
}

/** Limits of one instance. */
export interface Limits {
  vcpus: number;
  /** What the guest sees as its memory, in MiB. The engine adds headroom of its own. */
  memoryMb: number;
  /** Size of the writable root filesystem, in MiB. */
  diskMb: number;
}

export interface StartRequest {
  /** Host's id of the instance: lower-case letters and digits. */
  id: string;
  /** Absolute path of the read-only EROFS root image. */
  image: string;
  /** Existing folder of this instance, for bundle and writable layer. */
  folder: string;
  limits: Limits;
  /** Where the instance is attached to the network. */
  slot: Slot;
  hostname: string;
  /** Environment of the agent, its token included. */
  env: Record<string, string>;
}

export interface RestoreRequest extends StartRequest {
  /**
   * Folder that `saveSnapshot` wrote. It may be removed as soon as the restore has resolved, also while the guest's
   * pages still load: its space is then freed when they have.
   */
  snapshot: string;
  /** Digest of the image; it has to be the one that was saved. */
  imageDigest: string;
  /** The caller saved it a moment ago and spares the check of its files. @default false */
  verified?: boolean;
}

/** "memory": memory, processes and files. "filesystem": the files alone. */
export type SnapshotKind = 'memory' | 'filesystem';

export interface SaveOptions {
  kind: SnapshotKind;
  /** "frozen": it stands still until `thaw` or `kill`. "run": it goes on with its connections. */
  afterwards: 'run' | 'frozen';
  /** Digest of the image that the instance was started from, for example "sha256:9f…". */
  imageDigest: string;
  /**
   * It is restored at once, as `verified`, and removed: nothing is brought to the disk or given a checksum.
   *
   * @default false
   */
  fleeting?: boolean;
}

export interface SavedSnapshot {
  manifest: SnapshotManifest;
  /** How long the instance stood still, in milliseconds; with "frozen" until now. */
  frozenMs: number;
}

/** What a snapshot is, as `manifest.json` in its folder. */
export interface SnapshotManifest {
  version: 1;
  kind: SnapshotKind;
  /** Name of the engine and its build: another one cannot read the files. */
  engine: string;
  engineBuild: string;
  /** Features of the processor that the guest was shown and may rely on; empty when the engine hides none. */
  cpuFeatures: readonly string[];
  imageDigest: string;
  limits: Limits;
  createdUnixMs: number;
  /** How long it took until all files were on the disk, in milliseconds; absent when that was not waited for. */
  writtenMs?: number;
  /** Bytes of all files on disk, the manifest left out. */
  sizeBytes: number;
  files: SnapshotFile[];
}

export interface SnapshotFile {
  name: string;
  sizeBytes: number;
  /** CRC-32 of each piece of `CHUNK_BYTES` in hexadecimal; the last piece may be shorter. "-": a hole, which nobody reads. */
  chunks: string[];
  /** Its checksums have not been made yet, so that it cannot be checked. @default false */
  unsummed?: true;
}

export interface ListedInstance {
  id: string;
  running: boolean;
}

/** How an instance ended. */
export interface Ended {
  /**
   * "out_of_memory": the kernel killed it at its cgroup's limit. "snapshot_corrupt": the snapshot that it was restored
   * from turned out to be damaged while its pages loaded. "crash": anything else but `kill`.
   */
  cause: 'killed' | 'out_of_memory' | 'snapshot_corrupt' | 'exit' | 'crash';
  /** One sentence for the record. */
  message: string;
  /** With "snapshot_corrupt": name of the damaged file. */
  file?: string;
}

export interface Usage {
  cpuUsec: number;
  memoryBytes: number;
  processes: number;
  /** What its writable layer takes on disk; undefined when it is unknown. */
  diskBytes?: number | undefined;
  /** That is part of the instance's folder, and becomes part of the snapshot of a pause as it is. @default false */
  diskStays?: boolean | undefined;
}

/** A prepared attachment to the network: a namespace with one end of a veth pair. */
export interface Slot {
  index: number;
  /** Name of the network namespace, as `ip netns` knows it. */
  namespace: string;
  /** Address of the guest, for example "10.200.0.6". */
  guestAddress: string;
  /** Host's end, the guest's default route. */
  gatewayAddress: string;
  /** Prefix length of the point-to-point net. */
  prefixLength: number;
  /** Name of the interface inside the namespace. */
  guestInterface: string;
}

/** What a guest may reach. */
export interface NetworkPolicy {
  /** False: nothing beyond what `allowOut` names. */
  internetAccess: boolean;
  /** Networks in canonical form that may be reached, over `denyOut`. Without a `denyOut` nothing else may. */
  allowOut?: readonly string[];
  /**
   * Host names in lower case that may be reached as well, over `denyOut`; a leading "*." stands for every name below.
   * Without a `denyOut` nothing else may.
   */
  allowNames?: readonly string[];
  /** Networks in canonical form that may not be reached. */
  denyOut?: readonly string[];
  /**
   * Most that it may send to the outside, in Mbit/s with all headers; what is between host and guest alone does not count.
   * 0: no limit, but there may have been one; absent: there never was one.
   */
  uploadMbps?: number | undefined;
  /** Most that it may receive from the outside, likewise. */
  downloadMbps?: number | undefined;
}

/** Connections, packets or lookups of a guest, alike in all that is said here, that were not let through. */
export interface Refusal {
  protocol: 'tcp' | 'udp' | 'icmp' | 'dns' | 'other';
  /** Empty for lookups. */
  address: string;
  /** 0: none, or unknown. */
  port: number;
  /** Host name that was asked for; empty when none is known. */
  name: string;
  reason: RefusalReason;
  count: number;
  firstUnixMs: number;
  lastUnixMs: number;
}

/**
 * "not_allowed": not in the list of what is allowed. "denied": in the list of what is not. "no_internet": nothing is
 * allowed. "closed_network": private and special addresses, other guests. "host": this machine. "quic": names
 * cannot be read there. "proxy_unavailable": names cannot be read at this moment. "name_not_allowed",
 * "other_address" (the name is allowed, but not known to be there), "no_name" and "encrypted_name" of connections that
 * names decide about. "private_answer": a name that is allowed has an address that is closed to all.
 */
export type RefusalReason = (typeof refusalReasons)[number];

/** Those of the packet filter. */
export const packetRefusalReasons = [
  'not_allowed',
  'denied',
  'no_internet',
  'closed_network',
  'host',
  'quic',
  'proxy_unavailable',
  'too_many_connections',
] as const;

export const refusalReasons = [
  ...packetRefusalReasons,
  'name_not_allowed',
  'other_address',
  'no_name',
  'encrypted_name',
  'private_answer',
] as const;

/** What of a guest was not let through since it got its slot, or since this process began. */
export interface Refusals {
  /** Of all, also of those that are not kept. Beyond some a second, packets are not counted. */
  total: number;
  /** Different ones, newest first. */
  latest: readonly Refusal[];
}

/** What a guest wants to reach, and under which name. */
export interface Target {
  guest: string;
  address: string;
  port: number;
  name: string;
}

/** Ports that the egress program listens on. */
export interface EgressPorts {
  tls: number;
  http: number;
}

/** What the egress program, which sees guests' connections, needs of the network. */
export interface EgressGate {
  /** Address that it listens on. */
  readonly address: string;
  /** Group of the packet filter's log of what it drops. */
  readonly logGroup: number;
  /** Account that it runs as: the packet filter knows it by this. */
  readonly user: number;
  /** Whether a guest may reach a target; `open`: it does already. */
  allows(target: Target, open: boolean): boolean;
  /** Takes a refusal into the guest's log. */
  refused(guest: string, refusal: Pick<Refusal, 'protocol' | 'address' | 'port' | 'name' | 'reason'>): void;
  /** Sends connections that names decide about to these ports; undefined: nowhere. */
  redirect(ports: EgressPorts | undefined): Promise<void>;
  /** Calls this, and waits for it, when what a guest may reach has changed. */
  onChange(recheck: (guest: string) => Promise<void>): void;
}

/** What the resolver needs of the network about names that guests may reach. */
export interface LookupGate {
  /** "forward": answered as it is. "pin": its addresses become reachable. "refuse": not answered. */
  decide(guest: string, name: string): 'forward' | 'pin' | 'refuse';
  /**
   * Makes public addresses reachable for a guest as those of a name. Others are left out and logged.
   *
   * @returns What the guest is to be answered, with the seconds that it holds.
   */
  pin(
    guest: string,
    name: string,
    answer: { addresses: readonly string[]; ttl: number },
  ): Promise<{ addresses: readonly string[]; ttl: number }>;
  /** Takes a lookup that was not answered into the guest's log. */
  refused(guest: string, name: string): void;
}

/** Slots of this machine, prepared ahead of time, and the packet filter around them. */
export interface Network {
  /** Installs the unreachable route, the nftables table and the first slots; adopts what stands already. */
  setUp(): Promise<void>;
  /** Hands out a slot with its policy in force. Rejects with `NoSlotError` when the range is used up. */
  acquire(policy: NetworkPolicy): Promise<Slot>;
  /** Has slots that are made ahead wait for a calm moment, however few are left: somebody is served without taking one. */
  putOff(): void;
  /** Takes a slot that an earlier process handed out, after a restart, with what it has seen refused. */
  adopt(index: number, policy: NetworkPolicy, refusals?: Refusals): Promise<Slot>;
  /** Changes what the guest of a slot may reach, and how fast; in force when it resolves. */
  setPolicy(slot: Slot, policy: NetworkPolicy): Promise<void>;
  /** Sets addresses and routes again; needed before every start or restore in a slot. */
  prepare(slot: Slot): Promise<void>;
  /** Gives a slot back: connections are cut, the namespace is made anew. */
  release(slot: Slot): Promise<void>;
  /** Addresses that guests use as resolvers; the host runs `createResolver` on them. */
  readonly nameservers: string[];
  /** Whether the guest at this address may look names up: it has a slot and internet access. */
  mayResolve(address: string): boolean;
  /** Lookups of names that guests may reach. */
  readonly lookups: LookupGate;
  /** Connections of guests that names decide about. */
  readonly egress: EgressGate;
  /** What of the guest of a slot was not let through. */
  refusals(slot: Slot): Refusals;
  /** What of this machine is missing for limits of bandwidth; undefined when they can be set. */
  probeShaping(): Promise<Problem | undefined>;
  /** Stops preparing; leaves slots in use alone. */
  close(): Promise<void>;
  /** Removes every slot not in `keep`, and with an empty `keep` the table and the route too. */
  clean(keep: ReadonlySet<number>): Promise<void>;
}
