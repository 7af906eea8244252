import type { BuildPage } from '@nullspace/contract';
import { invalidField } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { BuildQuery, StoredTemplate } from '../store/templates/template.ts';
import { namespaceOf } from '../templates/namespace-of.ts';
import { presentBuild } from './present-build.ts';

const DEFAULT_LIMIT = 50;

/** One page of the builds of a template, newest first. */
export async function listBuilds(
  { store }: Context,
  template: StoredTemplate,
  query: Omit<BuildQuery, 'templateId' | 'limit' | 'before'> & {
    limit?: number | undefined;
    cursor?: string | undefined;
  },
): Promise<BuildPage> {
  const { limit = DEFAULT_LIMIT, cursor, ...filter } = query;
  const before = cursor === undefined ? undefined : readCursor(cursor);
  const found = await store.listBuilds({ ...filter, templateId: template.id, limit: limit + 1, before });
  const namespace = await namespaceOf(store, template.tenantId);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    builds: page.map((build) => presentBuild(build, template, namespace)),
    next_cursor: found.length > limit && last ? `${last.createdAt}-${last.id}` : null,
  };
}

function readCursor(cursor: string): NonNullable<BuildQuery['before']> {
  const match = /^(\d{1,15})-([a-z0-9_]{1,64})$/.exec(cursor);
  if (!match) throw invalidField('cursor', 'is not one that a list of builds answered with');
  return { createdAt: Number(match[1]), id: match[2]! };
}
