/** One file of a build, or one folder where `source` is undefined. */
export interface ContextEntry {
  /** Its name in the request. */
  path: string;
  /** Permissions in octal, such as `0644`. */
  mode: string;
  /** Where the file lies. */
  source?: string;
  sizeBytes: number;
  /** Send it also when the server has it. */
  forceUpload: boolean;
}

/** Its name, kind and mode on the wire. */
export function describeEntry({ path, mode, source }: ContextEntry) {
  return { path, entry_type: source === undefined ? ('dir' as const) : ('file' as const), mode };
}
