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
  /** Starts an instance; resolves once its first process was started (the agent may not answer yet). */
  start(request: StartRequest): Promise<void>;
  /** Starts an instance from a folder that `checkpoint` wrote. */
  restore(request: RestoreRequest): Promise<void>;
  /** Saves memory and disk into an existing empty folder. The instance ends unless `leaveRunning`. */
  checkpoint(id: string, folder: string, options: { leaveRunning: boolean }): Promise<void>;
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
  /** Folder that `checkpoint` wrote. */
  checkpoint: string;
  /** The guest runs while its pages load. */
  background: boolean;
}

export interface ListedInstance {
  id: string;
  running: boolean;
}

/** How an instance ended. */
export interface Ended {
  /** "out_of_memory": the kernel killed it at its cgroup's limit. "crash": anything else but `kill`. */
  cause: 'killed' | 'out_of_memory' | 'exit' | 'crash';
  /** One sentence for the record. */
  message: string;
}

export interface Usage {
  cpuUsec: number;
  memoryBytes: number;
  processes: number;
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
  internetAccess: boolean;
}

/** Slots of this machine, prepared ahead of time, and the packet filter around them. */
export interface Network {
  /** Installs the unreachable route, the nftables table and the first slots; adopts what stands already. */
  setUp(): Promise<void>;
  /** Hands out a slot with its policy in force. Rejects with `NoSlotError` when the range is used up. */
  acquire(policy: NetworkPolicy): Promise<Slot>;
  /** Takes a slot that an earlier process handed out, after a restart. */
  adopt(index: number, policy: NetworkPolicy): Promise<Slot>;
  /** Sets addresses and routes again; needed before every start or restore in a slot. */
  prepare(slot: Slot): Promise<void>;
  /** Gives a slot back: connections are cut, the namespace is made anew. */
  release(slot: Slot): Promise<void>;
  /** Addresses that guests use as resolvers; the host runs `createResolver` on them. */
  readonly nameservers: string[];
  /** Whether the guest at this address may look names up: it has a slot and internet access. */
  mayResolve(address: string): boolean;
  /** Stops preparing; leaves slots in use alone. */
  close(): Promise<void>;
  /** Removes every slot not in `keep`, and with an empty `keep` the table and the route too. */
  clean(keep: ReadonlySet<number>): Promise<void>;
}
