/** Lets the holder of a key into one sandbox over SSH for a while. */
export interface SshAccess {
  id: string;
  /** Id that the sandbox had when the access was made. */
  sandboxId: string;
  /** Account inside the sandbox. */
  user: string;
  /** As `ssh-keygen -l` prints it. */
  publicKeyFingerprint: string;
  status: 'active' | 'expired' | 'revoked';
  createdAt: Date | undefined;
  expiresAt: Date | undefined;
  revokedAt: Date | undefined;
  /** When a connection was last let in. */
  lastUsedAt: Date | undefined;
}

/** An access with what a client needs to use it. */
export interface NewSshAccess extends SshAccess {
  /** Where the relay answers. */
  host: string;
  port: number;
  /** Public key of the relay, for a known-hosts file. */
  hostKey: string;
  /** OpenSSH user certificate of the key. With it the account is the name to log in as. */
  certificate: string;
  /** Works with the private key alone. */
  command: string;
}
