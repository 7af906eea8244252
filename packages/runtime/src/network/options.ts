export interface NetworkOptions {
  /** Guest range in CIDR form, for example "10.200.0.0/16". */
  range: string;
  /** Short name of this installation, 1 to 6 lower-case letters and digits: tells its devices from others'. */
  installation: string;
  /** Slots kept ready. @default 32 */
  preparedSlots?: number;
  /** Told when a slot could not be prepared or removed in the background. */
  onError?: (error: Error) => void;
}
