import type { PlanResult, ValidateResult, TemplateBuild as WireBuild } from '@nullspace/contract';
import { Client } from '../../client/client.ts';
import type { CallOptions, ClientOptions } from '../../client/options.ts';
import { InvalidRequestError } from '../../errors/state.ts';
import type { BuildUploadProgress } from '../context/build-upload-progress.ts';
import { inlineContext, uploadContext } from '../context/upload.ts';
import type { BuildOptions } from '../definition/build-options.ts';
import { withFiles, writeRequest } from '../definition/request.ts';
import type { TemplateBuilder } from '../definition/template-builder.ts';
import { followLog } from './follow-log.ts';
import { successOf } from './outcome.ts';
import { readBuild, readPlan } from './read-build.ts';
import { TemplateBuild } from './template-build.ts';
import type { BuildLogEntry, BuildPlan, ValidationResult } from './types.ts';

/** How a build is sent. */
export interface SendBuildOptions extends BuildOptions, ClientOptions, CallOptions {
  /** Called after each file that was sent. */
  onUploadProgress?: (progress: BuildUploadProgress) => void;
}

/** How a build is sent and followed. */
export interface FollowBuildOptions extends SendBuildOptions {
  /** Called with each entry of the log as it comes. */
  onLogEntry?: (entry: BuildLogEntry) => void;
}

/** Sending a large definition takes a while. */
const patienceMs = 300_000;

export async function buildAndFollow(
  template: TemplateBuilder,
  nameOrRef: string,
  options: FollowBuildOptions,
): Promise<TemplateBuild> {
  const { client, json } = await prepare(template, nameOrRef, options);
  const { signal, onLogEntry } = options;
  let last: BuildLogEntry | undefined;
  const request = { method: 'POST', path: '/v1/templates/build', json };
  for await (const entry of followLog(client, request, { signal })) {
    onLogEntry?.(entry);
    last = entry;
  }
  return TemplateBuild.connect(successOf(last).buildId, options);
}

export async function buildInBackground(
  template: TemplateBuilder,
  nameOrRef: string,
  options: SendBuildOptions,
): Promise<TemplateBuild> {
  const { client, json } = await prepare(template, nameOrRef, options);
  const call = { signal: options.signal, json, requestTimeoutMs: patienceMs };
  return new TemplateBuild(
    readBuild(await client.json<WireBuild>('POST', '/v1/templates/builds', call)),
    client,
  );
}

export async function validateDefinition(
  template: TemplateBuilder,
  nameOrRef: string | undefined,
  options: BuildOptions & ClientOptions & CallOptions,
): Promise<ValidationResult> {
  const call = await checkCall(template, nameOrRef, options);
  const found = await new Client(options).json<ValidateResult>('POST', '/v1/templates/validate', call);
  return { valid: found.valid, errors: found.errors ?? [], warnings: found.warnings ?? [] };
}

export async function planDefinition(
  template: TemplateBuilder,
  nameOrRef: string | undefined,
  options: BuildOptions & ClientOptions & CallOptions,
): Promise<BuildPlan> {
  const call = await checkCall(template, nameOrRef, options);
  return readPlan(await new Client(options).json<PlanResult>('POST', '/v1/templates/plan', call));
}

async function prepare(template: TemplateBuilder, nameOrRef: string, options: SendBuildOptions) {
  if (!nameOrRef)
    throw new InvalidRequestError('A build needs a name, such as review-api or review-api:stable.');
  const client = new Client(options);
  const { body, entries } = await writeRequest(template.definition, nameOrRef, options);
  const { signal, onUploadProgress: onProgress } = options;
  return { client, json: withFiles(body, await uploadContext(client, entries, { signal, onProgress })) };
}

async function checkCall(
  template: TemplateBuilder,
  nameOrRef: string | undefined,
  options: BuildOptions & CallOptions,
) {
  const { body, entries } = await writeRequest(template.definition, nameOrRef, options);
  const json = withFiles(body, await inlineContext(entries));
  return { signal: options.signal, json, requestTimeoutMs: patienceMs };
}
