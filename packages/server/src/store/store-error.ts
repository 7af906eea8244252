/** What went wrong in the database, in words that do not depend on which one it is. */
export type StoreErrorCode =
  /** The disk of the database is full. */
  | 'disk_full'
  /** Another process kept the database locked for too long. */
  | 'busy'
  /** The database cannot be reached or opened. */
  | 'unavailable'
  /** An id or a unique value is taken, or what a record refers to is not there. */
  | 'conflict'
  /** A value cannot be stored. */
  | 'invalid_value'
  /** The database was written by a newer version. */
  | 'database_too_new'
  | 'failed';

/** Thrown by every verb of the store. `cause` is the error of the database. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
