import type {
  RuntimeConfig,
  TemplateBuildRequest,
  ContextEntry as WireEntry,
  BuildStep as WireStep,
} from '@nullspace/contract';
import { BuildContext } from '../context/build-context.ts';
import type { ContextEntry } from '../context/entry.ts';
import type { BuildOptions } from './build-options.ts';
import type { TemplateDefinition } from './definition.ts';
import { writeSecrets } from './secrets.ts';
import type { PendingCopy } from './steps.ts';
import { writeAuth } from './write-auth.ts';
import { writeBuildOptions } from './write-build-options.ts';
import { writeReadiness } from './write-readiness.ts';

/** A build request whose files are still on the disk. */
export interface PendingRequest {
  body: TemplateBuildRequest;
  entries: ContextEntry[];
}

/** Reads the build context and writes down the request; contents of files are not read. */
export async function writeRequest(
  definition: TemplateDefinition,
  nameOrRef: string | undefined,
  options: BuildOptions,
): Promise<PendingRequest> {
  const { baseImage, dockerfile, buildEnvs, startCmd, auth } = definition;
  const { steps, entries } = await stepsAndFiles(definition);
  const hasEnvs = Object.keys(buildEnvs).length > 0;
  const needsSteps = dockerfile === undefined && (steps.length > 0 || hasEnvs || startCmd !== undefined);
  const config = runtimeConfig(definition);
  const secrets = writeSecrets([...definition.secrets, ...(options.buildSecrets ?? [])]);
  const body: TemplateBuildRequest = {
    ...(baseImage === undefined ? {} : { base_image: baseImage }),
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(needsSteps ? { steps } : {}),
    ...(hasEnvs ? { build_envs: buildEnvs } : {}),
    ...(startCmd === undefined ? {} : { start_cmd: startCmd }),
    ...(Object.keys(config).length > 0 ? { runtime_config: config } : {}),
    ...(auth === undefined ? {} : { base_image_auth: writeAuth(auth) }),
    ...(secrets.length > 0 ? { build_secrets: secrets } : {}),
    ...writeBuildOptions(nameOrRef, options),
  };
  return { body, entries };
}

/** The request with its build context, which is left out when it is empty. */
export function withFiles(body: TemplateBuildRequest, files: WireEntry[]): TemplateBuildRequest {
  return files.length > 0 ? { ...body, build_context: { files } } : body;
}

async function stepsAndFiles(
  definition: TemplateDefinition,
): Promise<{ steps: WireStep[]; entries: ContextEntry[] }> {
  const { contextPath, ignorePatterns, dockerfile, dockerfilePath, steps } = definition;
  const open = () => BuildContext.open(contextPath ?? '.', ignorePatterns, dockerfilePath);
  if (dockerfile !== undefined) {
    if (contextPath === undefined) return { steps: [], entries: [] };
    return { steps: [], entries: await Array.fromAsync((await open()).everything(dockerfilePath)) };
  }
  const written: WireStep[] = [];
  const entries: ContextEntry[] = [];
  let context: BuildContext | undefined;
  for (const [index, step] of steps.entries()) {
    if (!('copies' in step)) {
      written.push(step);
      continue;
    }
    context ??= await open();
    const items = [];
    for (const [number, copy] of step.copies.entries()) {
      const place = step.several ? `step-${index}/src-${number}` : `step-${index}/src`;
      items.push(await writeCopy(copy, place, !step.several, context, entries));
    }
    written.push(step.several ? { action: 'copy_items', items } : { action: 'copy', ...items[0]! });
  }
  return { steps: written, entries };
}

/** One copy on the wire; its files are added to the entries under names that hold the place of the step. */
async function writeCopy(
  { sources, dst, user, mode, forceUpload }: PendingCopy,
  place: string,
  alwaysNumbered: boolean,
  context: BuildContext,
  entries: ContextEntry[],
) {
  const found = (await Promise.all(sources.map((source) => context.expand(source)))).flat();
  const refs: string[] = [];
  for (const [number, source] of found.entries()) {
    const numbered = alwaysNumbered || found.length > 1 ? `${place}-${number}` : place;
    const ref = `builder-context/${numbered}/${refName(source)}`;
    for await (const entry of context.entries(source, ref, forceUpload)) entries.push(entry);
    refs.push(ref);
  }
  return {
    sources: refs,
    dst,
    ...(user === undefined ? {} : { user }),
    ...(mode === undefined ? {} : { mode }),
    ...(forceUpload ? { force_upload: true } : {}),
  };
}

const refName = (source: string) =>
  source
    .split(/[\\/]/)
    .at(-1)!
    .replace(/[^A-Za-z0-9_.-]/gu, '_') || '_';

function runtimeConfig({ user, workdir, runtimeEnvs, readiness }: TemplateDefinition): RuntimeConfig {
  return {
    ...(user === undefined ? {} : { default_user: user }),
    ...(workdir === undefined ? {} : { default_workdir: workdir }),
    ...(Object.keys(runtimeEnvs).length > 0 ? { default_envs: runtimeEnvs } : {}),
    ...(readiness === undefined ? {} : { readiness: writeReadiness(readiness) }),
  };
}
