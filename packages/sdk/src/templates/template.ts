import type { Template as WireTemplate } from '@nullspace/contract';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { fieldsParameter, queryString } from '../client/query.ts';
import { NotFoundError } from '../errors/state.ts';
import type { FieldNames } from '../sandboxes/list-options.ts';
import {
  buildAndFollow,
  buildInBackground,
  type FollowBuildOptions,
  planDefinition,
  type SendBuildOptions,
  validateDefinition,
} from './builds/start-build.ts';
import type { TemplateBuild } from './builds/template-build.ts';
import type { BuildPage, BuildPlan, ValidationResult } from './builds/types.ts';
import { inlineContext } from './context/upload.ts';
import type { BuildOptions } from './definition/build-options.ts';
import type { ContextOptions } from './definition/definition.ts';
import { renderDockerfile } from './definition/dockerfile.ts';
import { withFiles, writeRequest } from './definition/request.ts';
import {
  type ImageOptions,
  startFromDockerfile,
  startFromDockerfileContent,
  startFromImage,
  startFromTemplate,
  taggedImage,
} from './definition/start.ts';
import { TemplateBuilder } from './definition/template-builder.ts';
import { type ListBuildsOptions, listBuilds } from './list-builds.ts';
import { readTemplate } from './read-template.ts';
import { refPath } from './ref-path.ts';
import {
  call,
  claimName,
  deleteAlias,
  deleteTag,
  fetchAliases,
  fetchNamespace,
  fetchTags,
  releaseClaim,
  renameTemplate,
  setTags,
  setVisibility,
  type TemplateNameClaim,
  type TemplateTag,
} from './template-names.ts';
import type { TemplateInfo } from './types.ts';

type Options = ClientOptions & CallOptions;

/**
 * What sandboxes start from: a builder for your own, and calls about all.
 *
 * @example
 * const template = Template.fromPythonImage('3.12').pipInstall('fastapi').copy('app', '/srv/app');
 * await Template.build(template, 'review-api:stable');
 * const sandbox = await Sandbox.create({ template: 'review-api:stable' });
 */
export class Template extends TemplateBuilder {
  /** Starts from another template: `base`, `name:tag`, `namespace/name`, `tmpl_…`. */
  static fromTemplate(ref: string, options: ContextOptions = {}): Template {
    return new Template(startFromTemplate(ref, options));
  }

  /** Starts from an OCI image of any registry. */
  static fromImage(image: string, options: ImageOptions = {}): Template {
    return new Template(startFromImage(image, options));
  }

  /** Starts from Ubuntu. @param version Default 22.04. */
  static fromUbuntuImage(version = '22.04', options: ImageOptions = {}): Template {
    return Template.fromImage(taggedImage('ubuntu', version, undefined), options);
  }

  /** Starts from Debian. @param tag Default stable-slim. */
  static fromDebianImage(tag = 'stable-slim', options: ImageOptions = {}): Template {
    return Template.fromImage(taggedImage('debian', tag, undefined), options);
  }

  /** Starts from Python, with a variant such as `slim`. */
  static fromPythonImage(version: string, options: ImageOptions & { variant?: string } = {}): Template {
    return Template.fromImage(taggedImage('python', version, options.variant), options);
  }

  /** Starts from Node.js, with a variant such as `alpine`. */
  static fromNodeImage(version: string, options: ImageOptions & { variant?: string } = {}): Template {
    return Template.fromImage(taggedImage('node', version, options.variant), options);
  }

  /** Starts from Bun. */
  static fromBunImage(version: string, options: ImageOptions = {}): Template {
    return Template.fromImage(taggedImage('oven/bun', version, undefined), options);
  }

  /** Takes all steps from a Dockerfile; its folder is the context unless another is named. */
  static fromDockerfile(path: string, options: ContextOptions = {}): Template {
    return new Template(startFromDockerfile(path, options));
  }

  /** The same with the Dockerfile's text; without `fileContextPath` it has no files. */
  static fromDockerfileContent(content: string, options: ContextOptions = {}): Template {
    return new Template(startFromDockerfileContent(content, options));
  }

  /**
   * Builds a template and resolves when sandboxes can be made from it. Aborting ends the waiting, not the build.
   *
   * @param nameOrRef `name`, or `name:tag`.
   * @throws BuildError when it failed; `failure` names the phase and the step.
   */
  static build(
    template: TemplateBuilder,
    nameOrRef: string,
    options: FollowBuildOptions = {},
  ): Promise<TemplateBuild> {
    return buildAndFollow(template, nameOrRef, options);
  }

  /** Sends a build and resolves with its handle at once. */
  static buildInBackground(
    template: TemplateBuilder,
    nameOrRef: string,
    options: SendBuildOptions = {},
  ): Promise<TemplateBuild> {
    return buildInBackground(template, nameOrRef, options);
  }

  /** Checks a definition without building it. */
  static validate(
    template: TemplateBuilder,
    options: BuildOptions & Options = {},
  ): Promise<ValidationResult> {
    return validateDefinition(template, undefined, options);
  }

  /** Says what a build would do, without doing it. */
  static plan(template: TemplateBuilder, options: BuildOptions & Options = {}): Promise<BuildPlan> {
    return planDefinition(template, undefined, options);
  }

  /** Builds of a template, the newest first. */
  static listBuilds(ref: string, options: ListBuildsOptions = {}): Promise<BuildPage> {
    return listBuilds(ref, options);
  }

  /** Your own and the built-in templates. With `fields` the API's own objects with just these. */
  static list(options: Options & { fields: FieldNames }): Promise<Record<string, unknown>[]>;
  static list(options?: Options): Promise<TemplateInfo[]>;
  static async list(options: Options & { fields?: FieldNames } = {}): Promise<unknown[]> {
    const query = queryString({ fields: fieldsParameter(options.fields) });
    const templates = await call<WireTemplate[]>('GET', `/v1/templates${query}`, options);
    return options.fields ? templates : templates.map(readTemplate);
  }

  /** One template by `name`, `name:tag`, `namespace/name` or id. @throws NotFoundError when there is none. */
  static get(ref: string, options: Options & { fields: FieldNames }): Promise<Record<string, unknown>>;
  static get(ref: string, options?: Options): Promise<TemplateInfo>;
  static async get(ref: string, options: Options & { fields?: FieldNames } = {}): Promise<unknown> {
    const query = queryString({ fields: fieldsParameter(options.fields) });
    const template = await call<WireTemplate>('GET', refPath(ref) + query, options);
    return options.fields ? template : readTemplate(template);
  }

  /** Whether there is such a template. */
  static async exists(ref: string, options: Options = {}): Promise<boolean> {
    try {
      await Template.get(ref, options);
      return true;
    } catch (error) {
      if (error instanceof NotFoundError && error.code === 'template_not_found') return false;
      throw error;
    }
  }

  /** Deletes a template with its builds. @throws ConflictError while something needs it. */
  static delete(ref: string, options: Options = {}): Promise<void> {
    return call('DELETE', refPath(ref), options);
  }

  /** Tags of a template, and the builds that they point to. */
  static getTags(ref: string, options: Options = {}): Promise<TemplateTag[]> {
    return fetchTags(ref, options);
  }

  /** Points tags to the build that the reference means, such as `name:tb_…`. */
  static assignTags(ref: string, tags: string[], options: Options = {}): Promise<TemplateInfo> {
    return setTags(ref, tags, options);
  }

  /** Removes a tag; the build stays. */
  static removeTag(ref: string, tag: string, options: Options = {}): Promise<void> {
    return deleteTag(ref, tag, options);
  }

  /** Earlier names, which still lead to the template. */
  static listAliases(
    ref: string,
    options: Options = {},
  ): Promise<{ aliasRef: string; createdAt: Date | undefined }[]> {
    return fetchAliases(ref, options);
  }

  /** Gives up an earlier name. */
  static removeAlias(ref: string, alias: string, options: Options = {}): Promise<void> {
    return deleteAlias(ref, alias, options);
  }

  /** Renames a template; the old name stays as an alias. */
  static rename(ref: string, newName: string, options: Options = {}): Promise<TemplateInfo> {
    return renameTemplate(ref, newName, options);
  }

  /** Lets everyone on this server use the template (`public`), or nobody else (`private`). */
  static setVisibility(
    ref: string,
    visibility: 'private' | 'public',
    options: Options = {},
  ): Promise<TemplateInfo> {
    return setVisibility(ref, visibility, options);
  }

  /** Keeps a name for a while. @throws ConflictError when it is taken. */
  static reserveName(ref: string, options: Options = {}): Promise<TemplateNameClaim> {
    return claimName(ref, options);
  }

  /** Gives a kept name back. */
  static releaseNameClaim(claimToken: string, options: Options = {}): Promise<void> {
    return releaseClaim(claimToken, options);
  }

  /** A namespace. */
  static getNamespace(
    slug: string,
    options: Options = {},
  ): Promise<{ slug: string; kind: 'system' | 'user' | 'deployment'; isDefault: boolean }> {
    return fetchNamespace(slug, options);
  }

  /** The request of a build with the files inside; secrets and credentials stand in it as they are. */
  async toJson(nameOrRef?: string, options: BuildOptions = {}): Promise<Record<string, unknown>> {
    const { body, entries } = await writeRequest(this.definition, nameOrRef, options);
    return { ...withFiles(body, await inlineContext(entries)) };
  }

  /** The Dockerfile that does the same, as far as one can: probes and secrets have no place in it. */
  toDockerfile(): string {
    return renderDockerfile(this.definition);
  }
}
