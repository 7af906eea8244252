import type { BuildStep } from '@nullspace/contract';

type Install = Extract<BuildStep, { packages: string[] }>;

/** The shell command that installs packages. */
export function installCommand(step: Install): string {
  const names = step.packages.map(quote).join(' ');
  switch (step.action) {
    case 'apt_install':
      return `export DEBIAN_FRONTEND=noninteractive && apt-get update && apt-get install -y --no-install-recommends -- ${names} && rm -rf /var/lib/apt/lists/*`;
    case 'pip_install': {
      const scope = step.g === false ? ' --user' : '';
      // Debian's own Python refuses installs for the whole system unless told so.
      return `PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir${scope} -- ${names}`;
    }
    case 'npm_install':
      return `npm install${step.g ? ' --global' : ''} -- ${names}`;
    case 'bun_install':
      return `bun add${step.g ? ' --global' : ''} -- ${names}`;
  }
}

/** A text as one word of a shell command. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
