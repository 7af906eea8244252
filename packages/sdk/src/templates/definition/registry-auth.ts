/** Credentials for the registry of a base image. They are used for the pull and not stored. */
export type RegistryAuth =
  | { kind: 'basic'; username: string; password: string }
  /** `serviceAccountJson` is the object, or its JSON. */
  | { kind: 'gcp'; serviceAccountJson: Record<string, unknown> | string }
  | { kind: 'aws'; accessKeyId: string; secretAccessKey: string; region: string; sessionToken?: string };
