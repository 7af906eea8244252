/** An engine or network step failed; `cause` holds what the system said. Nothing of the instance is left behind. */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';
}

/** Every address of the guest range is in use. End sandboxes or configure a larger `guest_range`. */
export class NoSlotError extends Error {
  override readonly name = 'NoSlotError';
}
