import { StoreError, type StoreErrorCode } from './store-error.ts';

/** The same error in words that do not depend on the database. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) {
    return error;
  }
  const code = codeOf(error);
  return new StoreError(code, `${sentences[code]} (${messageOf(error)})`, { cause: error });
}

const sentences: Record<StoreErrorCode, string> = {
  disk_full: 'The disk of the database is full: free space and try again.',
  busy: 'The database is locked by another process: try again.',
  unavailable: 'The database cannot be reached or read.',
  conflict: 'The record clashes with one that is stored, or refers to one that is not.',
  invalid_value: 'The database cannot store a value.',
  database_too_new: 'The database was written by a newer version.',
  failed: 'The database failed.',
};

function codeOf(error: unknown): StoreErrorCode {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') {
    // The low byte is the kind, the rest tells more of it.
    return sqliteCodes[errcode & 0xff] ?? 'failed';
  }
  if (typeof code === 'string') {
    return postgresCodes.find(([pattern]) => pattern.test(code))?.[1] ?? 'failed';
  }
  return connectionLost.test(messageOf(error)) ? 'unavailable' : 'failed';
}

// https://www.sqlite.org/rescode.html
const sqliteCodes: Record<number, StoreErrorCode> = {
  5: 'busy',
  6: 'busy',
  8: 'unavailable',
  10: 'unavailable',
  11: 'unavailable',
  13: 'disk_full',
  14: 'unavailable',
  18: 'invalid_value',
  19: 'conflict',
  20: 'invalid_value',
  26: 'unavailable',
};

// https://www.postgresql.org/docs/current/errcodes-appendix.html, and Node's codes of a socket or file that failed.
const postgresCodes: [RegExp, StoreErrorCode][] = [
  [/^(53100|ENOSPC|EDQUOT)$/, 'disk_full'],
  [/^(40001|40P01|55P03|57014)$/, 'busy'],
  [/^(08...|28...|3D000|53...|57P0.|58...|XX001|E[A-Z]{3,})$/, 'unavailable'],
  [/^23...$/, 'conflict'],
  [/^22...$/, 'invalid_value'],
];

// The client library gives these no code.
const connectionLost =
  /connection (terminated|ended)|timeout exceeded when trying to connect|connection timeout/i;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
