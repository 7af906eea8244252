import type { NewSshAccess, SshAccess } from './ssh-access.ts';

/** What the server remembers of SSH accesses. The promises of `Store` hold for each verb. */
export interface SshAccessStore {
  /** Inserts an access, unless its execution already has `max` that are neither expired nor revoked. */
  insertSshAccess(access: NewSshAccess, options: { max: number }): Promise<SshAccess | undefined>;
  /** An access of any tenant, for the relay. */
  findSshAccess(id: string): Promise<SshAccess | undefined>;
  /** Accesses of any tenant whose key or certificate has this hash and which count at that time, newest first. */
  findSshAccessesByHash(query: { hash: string; now: number }): Promise<SshAccess[]>;
  /** Accesses of an execution, newest first. */
  listSshAccesses(executionId: string): Promise<SshAccess[]>;
  /** Revokes an access for good and returns it; repeated, the first time stays. Undefined: no such access. */
  revokeSshAccess(revocation: {
    id: string;
    executionId: string;
    revokedAt: number;
  }): Promise<SshAccess | undefined>;
  /** May be lost when the machine loses power. */
  markSshAccessUsed(use: { id: string; usedAt: number }): Promise<void>;
}
