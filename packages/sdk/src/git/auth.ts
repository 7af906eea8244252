import type { Commands } from '../commands/commands.ts';
import { gitUsage } from '../errors/git.ts';
import { type GitRun, runScript } from './run-git.ts';
import type { GitAuth } from './types.ts';

/** How a command uses a login: settings before its name, and its environment. */
export interface PreparedAuth {
  settings: string[];
  envs: Record<string, string> | undefined;
}

/**
 * Runs something with a login that lies in the sandbox only meanwhile, in a folder that no other account reads.
 *
 * @param remote Address that the login is for; it must be http or https.
 */
export async function withAuth<T>(
  commands: Commands,
  { auth, remote, name, run }: { auth: GitAuth | undefined; remote: string; name: string; run?: GitRun },
  use: (prepared: PreparedAuth) => Promise<T>,
): Promise<T> {
  if (!auth) return use({ settings: [], envs: undefined });
  if (!auth.username || !auth.password) throw gitUsage('auth needs a username and a password.');
  requireHttp(remote, name);
  const folder = `/tmp/nullspace-git-auth-${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const askpass = `${folder}/askpass.sh`;
  const envs = { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: askpass };
  try {
    await runScript(commands, setup(folder), 'login', {
      ...run,
      envs: {
        ...envs,
        NULLSPACE_GIT_AUTH_USERNAME: auth.username,
        NULLSPACE_GIT_AUTH_PASSWORD: auth.password,
      },
    });
    return await use({ settings: ['-c', 'credential.helper=', '-c', `core.askPass=${askpass}`], envs });
  } finally {
    // The outcome of the command says more than that of the cleaning.
    await commands.run('rm', { args: ['-rf', folder] }).catch(() => {});
  }
}

/** Logins in an address would stay in the repository's settings. */
export function refuseEmbeddedLogin(url: string, name: string): void {
  const parsed = parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol) || (!parsed.username && !parsed.password)) return;
  throw gitUsage(`git ${name} takes no login in the address: pass auth, or call dangerouslyAuthenticate.`);
}

function requireHttp(url: string, name: string): void {
  const parsed = parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw gitUsage(`git ${name} takes auth only for http and https addresses; it is ${url}.`);
  refuseEmbeddedLogin(url, name);
}

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function setup(folder: string): string {
  return `set -eu
umask 077
mkdir ${folder}
printf '%s' "$NULLSPACE_GIT_AUTH_USERNAME" > ${folder}/username
printf '%s' "$NULLSPACE_GIT_AUTH_PASSWORD" > ${folder}/password
cat > ${folder}/askpass.sh <<'EOF'
#!/bin/sh
dir=$(CDPATH= cd -- "$(dirname "$0")" && pwd)
case "$1" in
  *[Uu]sername*) exec cat "$dir/username" ;;
  *[Pp]assword*) exec cat "$dir/password" ;;
esac
exit 1
EOF
chmod 700 ${folder}/askpass.sh`;
}
