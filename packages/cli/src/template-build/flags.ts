/** Flags of a template definition, by what they are. "none" takes no value, "maybe" one or none. */
type Arity = 'none' | 'one' | 'maybe';

/** What a template starts from: exactly one, before any step. */
export const baseFlags: Record<string, Arity> = {
  'from-base-image': 'maybe',
  'from-image': 'one',
  'from-ubuntu-image': 'maybe',
  'from-debian-image': 'maybe',
  'from-python-image': 'one',
  'from-node-image': 'one',
  'from-bun-image': 'one',
  'from-template': 'one',
  'from-dockerfile': 'one',
  'from-dockerfile-content': 'one',
};

/** Steps, and what may stand directly after each. */
export const stepFlags: Record<string, { arity: Arity; modifiers: Record<string, Arity>; needs?: string }> = {
  'set-workdir': { arity: 'one', modifiers: {} },
  'set-user': { arity: 'one', modifiers: {} },
  'step-skip-cache': { arity: 'none', modifiers: {} },
  'copy-items': { arity: 'one', modifiers: {} },
  'run-cmd': { arity: 'one', modifiers: { 'run-user': 'one' } },
  'apt-install': { arity: 'one', modifiers: {} },
  'pip-install': { arity: 'one', modifiers: { 'pip-user-install': 'none' } },
  'npm-install': { arity: 'one', modifiers: { 'npm-global': 'none' } },
  'bun-install': { arity: 'one', modifiers: { 'bun-global': 'none' } },
  'git-clone': { arity: 'one', modifiers: { 'git-path': 'one', 'git-branch': 'one', 'git-depth': 'one' } },
  'copy-src': {
    arity: 'one',
    modifiers: { 'copy-dst': 'one', 'copy-user': 'one', 'copy-mode': 'one', 'copy-force-upload': 'none' },
    needs: 'copy-dst',
  },
  remove: { arity: 'one', modifiers: { 'remove-recursive': 'none', 'remove-force': 'none' } },
  'rename-src': {
    arity: 'one',
    modifiers: { 'rename-dst': 'one', 'rename-force': 'none' },
    needs: 'rename-dst',
  },
  'make-dir': { arity: 'one', modifiers: { 'make-dir-mode': 'one' } },
  'make-symlink-target': {
    arity: 'one',
    modifiers: { 'make-symlink-path': 'one' },
    needs: 'make-symlink-path',
  },
};

/** What holds for the whole template, wherever it stands. */
export const settingFlags: Record<string, { arity: Arity; multiple?: boolean }> = {
  'image-variant': { arity: 'one' },
  'dockerfile-path-hint': { arity: 'one' },
  'file-context': { arity: 'one' },
  'file-ignore': { arity: 'one', multiple: true },
  'registry-username': { arity: 'one' },
  'registry-password': { arity: 'one' },
  'gcp-service-account-json': { arity: 'one' },
  'aws-access-key-id': { arity: 'one' },
  'aws-secret-access-key': { arity: 'one' },
  'aws-region': { arity: 'one' },
  'aws-session-token': { arity: 'one' },
  'set-build-env': { arity: 'one', multiple: true },
  'set-runtime-env': { arity: 'one', multiple: true },
  'start-cmd': { arity: 'one' },
  'ready-timeout-ms': { arity: 'one' },
  'ready-port': { arity: 'one' },
  'ready-cmd': { arity: 'one' },
  'ready-file': { arity: 'one' },
  'ready-process': { arity: 'one' },
  'ready-url': { arity: 'one' },
  'ready-timeout-secs': { arity: 'one' },
  'ready-interval-ms': { arity: 'one' },
  'ready-startup-grace-secs': { arity: 'one' },
  name: { arity: 'one' },
  tag: { arity: 'one', multiple: true },
  'cpu-count': { arity: 'one' },
  'memory-mb': { arity: 'one' },
  'disk-mb': { arity: 'one' },
  'internet-access': { arity: 'none' },
  'no-internet-access': { arity: 'none' },
  backend: { arity: 'one' },
  'skip-cache': { arity: 'none' },
  'build-secret': { arity: 'one', multiple: true },
  'build-secret-env': { arity: 'one', multiple: true },
  'build-secret-file': { arity: 'one', multiple: true },
  background: { arity: 'none' },
  'dry-run': { arity: 'none' },
  'log-format': { arity: 'one' },
};

/** Every flag and whether it takes a value. */
export const arities: Record<string, Arity> = Object.fromEntries([
  ...Object.entries(baseFlags),
  ...Object.entries(settingFlags).map(([name, { arity }]) => [name, arity]),
  ...Object.entries(stepFlags).flatMap(([name, { arity, modifiers }]) => [
    [name, arity],
    ...Object.entries(modifiers),
  ]),
]);
