import type { ArgumentSpec, OptionSpec } from '../command.ts';

/** Parameters that many template commands share. */
export const templateRef: ArgumentSpec = {
  name: 'template-ref',
  description: 'Name, name:tag, namespace/name or id of the template.',
};
export const buildId: ArgumentSpec = { name: 'build-id', description: 'Id of the build, tb_….' };
export const warmPoolId: ArgumentSpec = { name: 'warm-pool-id', description: 'Id of the pool, twp_….' };
export const offsetOption: OptionSpec = {
  name: 'offset',
  type: 'integer',
  minimum: 0,
  default: 0,
  description: 'First entry of the log.',
};
export const secretOptions: OptionSpec[] = [
  { name: 'build-secret', multiple: true, description: 'Secret ID=VALUE for the steps.' },
  { name: 'build-secret-env', multiple: true, description: 'Secret ID[=ENV] from the environment.' },
  { name: 'build-secret-file', multiple: true, description: 'Secret ID=PATH from a file.' },
];

/** Help of the commands that take a definition. */
export const definitionHelp = `The definition is a list of flags, read from left to right:
  Base, once:   --from-image IMAGE, --from-template REF, --from-dockerfile PATH, --from-python-image VERSION,
                --from-node-image VERSION, --from-ubuntu-image [VERSION], --from-debian-image [TAG],
                --from-bun-image VERSION, --from-base-image [IMAGE], --from-dockerfile-content TEXT|@FILE
  Steps:        --run-cmd TEXT|@FILE [--run-user USER], --copy-src PATH… --copy-dst PATH [--copy-user USER]
                [--copy-mode MODE] [--copy-force-upload], --copy-items JSON|@FILE, --apt-install LIST,
                --pip-install LIST [--pip-user-install], --npm-install LIST [--npm-global],
                --bun-install LIST [--bun-global], --git-clone URL [--git-path PATH] [--git-branch B]
                [--git-depth N], --set-workdir PATH, --set-user USER, --remove PATH [--remove-recursive]
                [--remove-force], --rename-src PATH --rename-dst PATH [--rename-force], --make-dir PATH
                [--make-dir-mode MODE], --make-symlink-target PATH --make-symlink-path PATH, --step-skip-cache
  Files:        --file-context DIR, --file-ignore PATTERN…, --dockerfile-path-hint PATH
  Login:        --registry-username U --registry-password P; --gcp-service-account-json JSON|@FILE;
                --aws-access-key-id ID --aws-secret-access-key KEY --aws-region R [--aws-session-token T]
  Environment:  --set-build-env K=V|@FILE.json…, --set-runtime-env K=V|@FILE.json…
  Start:        --start-cmd TEXT|@FILE, and one of --ready-port N, --ready-url URL, --ready-cmd TEXT|@FILE,
                --ready-file PATH, --ready-process NAME, --ready-timeout-ms N; with --ready-timeout-secs N,
                --ready-interval-ms N, --ready-startup-grace-secs N
  Name, size:   --name NAME, --tag TAG…, --cpu-count N, --memory-mb N, --disk-mb N, --no-internet-access
  Build:        --skip-cache, --build-secret ID=VALUE…, --build-secret-env ID[=ENV]…, --build-secret-file ID=PATH…`;
