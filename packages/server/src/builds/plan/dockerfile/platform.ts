/** What Docker calls the machines that Node.js has other names for. */
const architectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

const architecture = architectures[process.arch] ?? process.arch;

/** The one platform of builds: that of the machine. */
export const platform = `linux/${architecture}`;

/** Arguments that every Dockerfile has; stages see those that they declare. */
export const platformArguments: Readonly<Record<string, string>> = Object.fromEntries(
  ['BUILD', 'TARGET'].flatMap((prefix) => [
    [`${prefix}PLATFORM`, platform],
    [`${prefix}OS`, 'linux'],
    [`${prefix}ARCH`, architecture],
    [`${prefix}VARIANT`, ''],
  ]),
);

/** Whether images of a platform run here. */
export function isOwnPlatform(name: string): boolean {
  const [os, machine, variant] = name.toLowerCase().split('/');
  const aliases: Record<string, string> = { x86_64: 'amd64', 'x86-64': 'amd64', aarch64: 'arm64' };
  const isVariant = variant === undefined || (architecture === 'arm64' && variant === 'v8');
  return os === 'linux' && (aliases[machine ?? ''] ?? machine) === architecture && isVariant;
}
