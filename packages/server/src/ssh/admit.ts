import type { Context } from '../context.ts';
import type { SshAccess } from '../store/ssh/ssh-access.ts';
import { CERTIFICATE_SUFFIX } from './keys/certificate.ts';
import { hashKey, parsePublicKey } from './keys/public-key.ts';
import { type Proof, provesKey } from './keys/verify.ts';

/** What a client shows of itself. */
export interface Claim {
  /** Name that it wants to be. */
  user: string;
  /** Data of its key, or of a certificate. */
  data: Buffer;
  algorithm: string;
  /** Absent: it asks whether it should sign. */
  proof?: Proof | undefined;
}

/** The access that a claim may use; undefined: none. */
export async function admit({ store }: Pick<Context, 'store'>, claim: Claim): Promise<SshAccess | undefined> {
  const certified = claim.algorithm.endsWith(CERTIFICATE_SUFFIX);
  const hash = hashKey(claim.data);
  const found = await store.findSshAccessesByHash({ hash, now: Date.now() });
  const access = certified ? named(found, claim.user, hash) : chosen(found, claim.user);
  if (!access) return undefined;
  if (!claim.proof) return access;
  return provesKey(parsePublicKey(access.publicKey), claim.proof, certified) ? access : undefined;
}

/** A certificate belongs to one access, which may be named by its account or by its sandbox. */
function named(accesses: SshAccess[], user: string, hash: string): SshAccess | undefined {
  return accesses.find(
    (access) =>
      access.certificateHash === hash && [access.account, access.sandboxId, access.id].includes(user),
  );
}

/**
 * A key may have accesses to several sandboxes: the name says which. An account would not: who meant one sandbox could
 * be let into another.
 */
function chosen(accesses: SshAccess[], user: string): SshAccess | undefined {
  return accesses.find((access) => access.sandboxId === user || access.id === user);
}
