import { posix } from 'node:path';
import type { Context } from '../../context.ts';
import { BuildFailure } from '../build-failure.ts';
import type { SecretMount } from '../plan/instruction.ts';
import { quote } from '../plan/package-commands.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import { runScript } from './run-script.ts';

/** Kept in memory by every sandbox, so that nothing of it reaches a layer, not even as deleted blocks of a disk. */
const FOLDER = '/dev/shm/nullspace-build-secrets';

/**
 * Lets one command read its secrets: as files through links, or as variables. Returns the variables, and how to take
 * everything away again.
 *
 * @throws {BuildFailure} When a secret that is needed was not given.
 */
export async function placeSecrets(
  context: Context,
  sandbox: BuildSandbox,
  options: {
    mounts: SecretMount[];
    secrets: Map<string, string>;
    user: string;
    index: number;
    signal: AbortSignal;
  },
): Promise<{ env: Record<string, string>; remove: () => Promise<void> }> {
  const { mounts, secrets, user, index, signal } = options;
  const missing = mounts.find(({ id, required }) => required && !secrets.has(id));
  if (missing) {
    throw new BuildFailure('auth', `The step needs the secret ${missing.id}, which was not given`, {
      stepIndex: index,
      action: `Give it with add_build_secret("${missing.id}", …).`,
      details: { reason: 'missing_secret', secret: missing.id },
    });
  }
  const given = mounts.filter(({ id }) => secrets.has(id));
  const files = given.filter(({ target }) => target !== '');
  const env = Object.fromEntries(
    given.filter((mount) => mount.env !== '').map((mount) => [mount.env, secrets.get(mount.id)!]),
  );
  if (files.length === 0) return { env, remove: async () => undefined };
  const run = (script: string) =>
    runScript(context, sandbox, { script, problem: 'The secrets of the step could not be placed', signal });
  await run(`rm -rf ${FOLDER} && mkdir -m 0711 ${FOLDER}`);
  const links: string[] = [];
  for (const [number, { id, target }] of files.entries()) {
    const content = Buffer.from(secrets.get(id)!);
    await write(context, sandbox, { path: `${FOLDER}/${number}`, content, signal });
    links.push(`mkdir -p ${quote(posix.dirname(target))} && ln -sfn ${FOLDER}/${number} ${quote(target)}`);
  }
  const owner = user === '' ? '' : `chown ${quote(user)} ${FOLDER}/* && `;
  await run(`${owner}${links.join(' && ')}`);
  return {
    env,
    remove: () =>
      run(
        `rm -rf ${FOLDER}; rm -f ${files.map(({ target }) => quote(target)).join(' ')}; rmdir /run/secrets 2>/dev/null; true`,
      ),
  };
}

async function write(
  context: Context,
  sandbox: BuildSandbox,
  { path, content, signal }: { path: string; content: Uint8Array; signal: AbortSignal },
): Promise<void> {
  async function* pieces() {
    yield { target: { path }, data: content, mode: 0o400 };
  }
  const call = { failure: 'guest_unavailable' as const, path, signal };
  await context.guests.call(sandbox.live, call, (guest, linked) => guest.writeFile(pieces(), linked));
}
