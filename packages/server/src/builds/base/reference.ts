/** Registry of images whose reference names none. */
const DEFAULT_REGISTRY = 'docker.io';

/**
 * Whether a reference can only be that of an image in a registry: its first part is the name of a machine, or it
 * names a digest.
 */
export function isRegistryReference(ref: string): boolean {
  const first = ref.split('/', 1)[0]!;
  const hasRegistry = ref.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return hasRegistry || ref.includes('@sha256:');
}

/** The whole reference that a short one stands for. */
export function fullReference(ref: string): string {
  const first = ref.split('/', 1)[0]!;
  const hasRegistry = ref.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const named = hasRegistry ? ref : `${DEFAULT_REGISTRY}/${ref.includes('/') ? ref : `library/${ref}`}`;
  const last = named.split('/').at(-1)!;
  return last.includes(':') || last.includes('@') ? named : `${named}:latest`;
}
