import { CliError } from '../errors/cli-error.ts';

/** Refuses a command that needs root when the caller is not. */
export function requireRoot(command: string): void {
  if (process.getuid?.() === 0) return;
  throw new CliError(
    `nullspace ${command} needs root: the host makes network namespaces, mounts and cgroups.`,
    {
      code: 'permission_denied',
      suggestedAction: `Run it again as root, for example: sudo nullspace ${command}`,
    },
  );
}
