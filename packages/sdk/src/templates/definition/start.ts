import type * as fs from 'node:fs';
import type * as path from 'node:path';
import { nodeModule } from '../../configuration/runtime.ts';
import { InvalidRequestError } from '../../errors/state.ts';
import { type ContextOptions, emptyDefinition, type TemplateDefinition } from './definition.ts';
import type { RegistryAuth } from './registry-auth.ts';
import { text } from './steps.ts';

/** How an image is pulled, and where files come from. */
export interface ImageOptions extends ContextOptions {
  /** Credentials for the registry. @default none */
  auth?: RegistryAuth;
}

export function startFromImage(image: string, { auth, ...context }: ImageOptions): TemplateDefinition {
  return emptyDefinition({ baseImage: text('image', image), auth }, context);
}

/** A bare name is the template that comes with the server, else the caller's own of that name. */
export function startFromTemplate(ref: string, context: ContextOptions): TemplateDefinition {
  return emptyDefinition({ baseImage: baseRef(text('template', ref)) }, context);
}

function baseRef(ref: string): string {
  if (ref.includes('/') || ref.startsWith('tmpl_')) return ref;
  const [name, tag = 'latest'] = ref.split(':', 2);
  return tag.startsWith('tb_') ? ref : `nullspace/${name}:${tag}`;
}

export function startFromDockerfile(file: string, context: ContextOptions): TemplateDefinition {
  const files = nodeModule<typeof fs>('node:fs');
  const paths = nodeModule<typeof path>('node:path');
  if (!files || !paths) throw new InvalidRequestError('Reading a Dockerfile needs Node.js.');
  return emptyDefinition(
    {
      dockerfile: files.readFileSync(file, 'utf8'),
      dockerfilePath: files.realpathSync(file),
      contextPath: paths.dirname(file),
    },
    context,
  );
}

export function startFromDockerfileContent(content: string, context: ContextOptions): TemplateDefinition {
  return emptyDefinition({ dockerfile: text('content', content) }, context);
}

/** `python:3.12-slim` of its parts. */
export function taggedImage(image: string, version: string, variant: string | undefined): string {
  return `${image}:${text('version', version)}${variant ? `-${variant}` : ''}`;
}
