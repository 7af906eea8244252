/** Lets the holder of a key into one sandbox over SSH. */
export interface SshAccess {
  id: string;
  tenantId: string;
  /** Id that the sandbox had when the access was made. */
  sandboxId: string;
  executionId: string;
  /** Account inside the sandbox. */
  account: string;
  /** Type and data of the key, as in its one-line form, without a comment. */
  publicKey: string;
  /** SHA-256 of the key's data, in base64 without padding. */
  keyHash: string;
  /** The same of its certificate's. */
  certificateHash: string;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
  lastUsedAt: number | null;
}

export type NewSshAccess = Omit<SshAccess, 'revokedAt' | 'lastUsedAt'>;
