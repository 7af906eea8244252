import { InvalidRequestError } from '../../errors/state.ts';

/** A secret that build steps may read by its id. It ends in no layer, log or cache key. */
export interface BuildSecret {
  /** Letters, digits, `.`, `_` and `-`. */
  id: string;
  value: string;
  /** Where the caller took it from. @default 'value' */
  source?: 'value' | 'env' | 'file';
}

/** Secrets on the wire, each id once. */
export function writeSecrets(secrets: readonly BuildSecret[]): Required<BuildSecret>[] {
  const ids = new Set<string>();
  return secrets.map(({ id, value, source = 'value' }) => {
    if (!/^[A-Za-z0-9._-]+$/.test(id))
      throw new InvalidRequestError(
        `secret id ${JSON.stringify(id)} must be letters, digits, ".", "_", "-".`,
      );
    if (ids.has(id)) throw new InvalidRequestError(`secret ${id} is given twice.`);
    ids.add(id);
    return { id, value, source };
  });
}
