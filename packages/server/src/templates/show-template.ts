import type { Template } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { StoredTemplate } from '../store/templates/template.ts';
import { defaultTag, findTemplate, listInstalled } from './find-template.ts';
import { namespaceOf } from './namespace-of.ts';
import { presentBuiltin, presentOwn } from './present-template.ts';

/** The template that a reference means, as the API shows it. */
export async function showTemplate(
  context: Context,
  request: { tenantId: string; ref: string },
): Promise<Template> {
  const found = await findTemplate(context, request);
  if (found.kind === 'builtin') return presentBuiltin(found);
  return presentOwn(found, await namespaceOf(context.store, found.template.tenantId));
}

/** A template by its record. Undefined: it has no ready build. */
export async function showStored(
  { store }: Context,
  template: StoredTemplate,
): Promise<Template | undefined> {
  const tags = await store.listTags(template.id);
  const tag = defaultTag(tags);
  const buildId = tags.find((each) => each.tag === tag)?.buildId;
  const build = buildId === undefined ? undefined : await store.findBuild(buildId);
  if (!build) return undefined;
  return presentOwn({ kind: 'own', template, tags, build }, await namespaceOf(store, template.tenantId));
}

/** The tenant's own templates and the built-in ones. */
export async function showAll(context: Context, tenantId: string): Promise<Template[]> {
  const installed = (await listInstalled(context)).map(presentBuiltin);
  const own = await context.store.listTemplates(tenantId);
  const shown = await Promise.all(own.map((template) => showStored(context, template)));
  return [...shown.filter((template) => template !== undefined), ...installed];
}
