import { readHostError } from '@nullspace/host';
import { ApiError } from '../../api-error.ts';
import type { Context } from '../../context.ts';
import { resolveTemplate } from '../../templates/resolve-template.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildSecrets } from '../definition/definition.ts';
import type { BuildLog } from '../log/build-log.ts';
import { type BuildState, freshState } from '../plan/build-state.ts';
import { keyOf } from '../plan/layer-key.ts';
import type { LayerPoint } from '../run/build-sandbox.ts';
import { readImageConfig } from './image-config.ts';
import { importFailure } from './import-failure.ts';
import { fullReference, isRegistryReference } from './reference.ts';
import { registryLogin } from './registry-login.ts';

/** Where a stage begins: files, what names them, and what the image had set. */
export interface BaseImage {
  point: LayerPoint;
  key: string;
  state: BuildState;
  /** Instructions that the image has its children do first. */
  triggers: string[];
}

/** A root without files, which is the host's to make. */
const EMPTY = 'scratch';
const IMPORT_TRIES = 5;

/**
 * Finds the template that a base means, or imports the image.
 *
 * @throws {BuildFailure} `template_not_found`, or why the registry did not give it.
 */
export async function resolveBase(
  context: Context,
  options: {
    ref: string;
    /** Holds the image until it ends. */
    buildId: string;
    tenantId: string;
    secrets: BuildSecrets;
    refresh: boolean;
    log: BuildLog;
    signal: AbortSignal;
  },
): Promise<BaseImage> {
  const { ref, tenantId } = options;
  if (ref !== EMPTY && !isRegistryReference(ref)) {
    const template = await findTemplate(context, { tenantId, ref });
    if (template) {
      if (await hold(context, template, options)) return template;
      throw new BuildFailure('prepare', `The host no longer has the image of template ${ref.slice(0, 100)}`, {
        action: 'Build that template again first.',
        details: { template: ref.slice(0, 100), reason: 'image_not_found' },
      });
    }
  }
  for (let tries = 1; ; tries++) {
    const base = await importImage(context, options);
    // It may be freed with the last template that needed it in this moment.
    if (await hold(context, base, options)) return base;
    if (tries === IMPORT_TRIES) throw new Error(`the host lost image ${base.point.image} ${tries} times`);
  }
}

/**
 * Looks for the template that a base means, where it can mean nothing else. No registry is asked.
 *
 * @throws {BuildFailure} `template_not_found`
 */
export async function requireTemplate(
  context: Context,
  request: { tenantId: string; ref: string },
): Promise<void> {
  if (isTemplateOnly(request.ref)) await findTemplate(context, request);
}

function hold(context: Context, { point }: BaseImage, { buildId }: { buildId: string }): Promise<boolean> {
  return context.builds.artifacts.hold(context, { image: point.image, buildId });
}

async function findTemplate(
  context: Context,
  request: { tenantId: string; ref: string },
): Promise<BaseImage | undefined> {
  try {
    const { image, imageEnv, envs, user, workdir, runtimeDefaults } = await resolveTemplate(context, request);
    const { start_cmd: start = '', readiness = null } = runtimeDefaults;
    const state = { ...freshState(), envs: { ...envs }, user, workdir, start, readiness };
    return {
      point: { image, imageEnv, snapshotId: null },
      key: keyOf('image', image, imageEnv, envs, user, workdir),
      state,
      triggers: [],
    };
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'template_not_found') throw error;
    if (!isTemplateOnly(request.ref)) return undefined;
    throw new BuildFailure('prepare', error.message, {
      code: 'template_not_found',
      action: 'List the templates, or name an image of a registry.',
      details: { template: request.ref.slice(0, 100) },
      cause: error,
    });
  }
}

/** Forms that no image in a registry has. */
function isTemplateOnly(ref: string): boolean {
  return ref.startsWith('nullspace/') || ref.startsWith('tmpl_') || /:tb_[a-z0-9]+$/.test(ref);
}

async function importImage(
  { fleet }: Context,
  { ref, secrets, refresh, log, signal }: Parameters<typeof resolveBase>[1],
): Promise<BaseImage> {
  const reference = ref === EMPTY ? ref : fullReference(ref);
  const login = await registryLogin(secrets.auth, signal);
  log.add({ kind: 'message', phase: 'prepare', message: `Importing ${reference}` });
  try {
    for await (const { message } of fleet.link.client.importImage(
      { reference, ...login, refresh },
      { signal, timeoutMs: 0 },
    )) {
      if (message.case === 'progress' && message.value.message) {
        const isNotice = message.value.phase === 'notice';
        log.add({
          kind: isNotice ? 'warning' : 'message',
          level: isNotice ? 'warn' : 'debug',
          phase: 'prepare',
          message: message.value.message.slice(0, 1000),
        });
      }
      if (message.case !== 'done') continue;
      const { image, configJson, cached, manifestDigest } = message.value;
      log.add({
        kind: 'message',
        phase: 'prepare',
        message: `${cached ? 'Have' : 'Imported'} ${reference} (${manifestDigest})`,
      });
      const { user, workdir, env, shell, triggers, metadata } = readImageConfig(configJson);
      const state = { ...freshState(), user, workdir, metadata, ...(shell ? { shell } : {}) };
      return {
        point: { image, imageEnv: env, snapshotId: null },
        key: keyOf('image', image, env, user, workdir),
        state,
        triggers,
      };
    }
    throw new Error('the host ended an import without an image');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw importFailure(reference, readHostError(error), error);
  }
}
