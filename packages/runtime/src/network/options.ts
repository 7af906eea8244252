export interface NetworkOptions {
  /** Guest range in CIDR form, for example "10.200.0.0/16". */
  range: string;
  /** Short name of this installation, 1 to 6 lower-case letters and digits: tells its devices from others'. */
  installation: string;
  /** Slots kept ready. @default 32 */
  preparedSlots?: number;
  /** Path of the filter program. Without it each change of a policy takes a process of its own. */
  filter?: string;
  /** Told when a slot could not be prepared or removed in the background, or the filter program has failed. */
  onError?: (error: Error) => void;
}
