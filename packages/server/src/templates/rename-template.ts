import type { Template, TemplateAlias } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { requireFreeName } from './claim-name.ts';
import { findOwn, findTemplate, unknownTemplate } from './find-template.ts';
import { namespaceOf } from './namespace-of.ts';
import { parseRef } from './parse-ref.ts';
import { showStored } from './show-template.ts';

interface Address {
  tenantId: string;
  ref: string;
}

/** Renames a template; its old name leads to it until the alias is deleted. */
export async function renameOwn(context: Context, address: Address, newName: string): Promise<Template> {
  const { template } = await findOwn(context, address);
  requireFreeName(newName);
  const { id, tenantId } = template;
  const renamed = await context.store.renameTemplate({ id, tenantId, name: newName, now: Date.now() });
  if (renamed === 'taken') {
    throw new ApiError('conflict', { problem: `Another template is or was named ${newName}` });
  }
  const shown = renamed && (await showStored(context, renamed));
  if (!shown) throw unknownTemplate(address.ref);
  return shown;
}

export async function showAliases(context: Context, address: Address): Promise<TemplateAlias[]> {
  const found = await findTemplate(context, address);
  if (found.kind === 'builtin') return [];
  const namespace = await namespaceOf(context.store, found.template.tenantId);
  const aliases = await context.store.listTemplateAliases(found.template.id);
  return aliases.map(({ name, createdAt }) => ({
    alias_ref: `${namespace}/${name}`,
    created_at: new Date(createdAt).toISOString(),
  }));
}

/** Gives an old name free, written as a name or as `namespace/name`. */
export async function removeAlias(context: Context, address: Address, alias: string): Promise<void> {
  const { template } = await findOwn(context, address);
  const name = parseRef(alias)?.name ?? alias;
  if (await context.store.deleteTemplateAlias({ templateId: template.id, name })) return;
  throw new ApiError('template_alias_not_found', { template: template.name, alias: alias.slice(0, 100) });
}
