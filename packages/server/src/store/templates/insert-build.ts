import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import { write } from '../write.ts';
import { isClaimed } from './claims.ts';
import { findTemplateByName } from './read-templates.ts';
import type { NewBuild, StoredBuild, StoredTemplate } from './template.ts';
import { toBuild, toJson, toTemplate } from './template-rows.ts';

export type InsertBuildResult =
  | { outcome: 'inserted'; build: StoredBuild; template: StoredTemplate }
  /** The name is reserved by another token. */
  | { outcome: 'claimed' }
  /** The tenant has as many builds waiting and running as it may have. */
  | { outcome: 'too_many'; count: number };

/** Inserts a build as waiting, and its template when there is none of that name. */
export async function insertBuild(
  context: StoreContext,
  options: {
    build: NewBuild;
    /** Id that the template gets when it is made. */
    template: { id: string; name: string };
    /** Everything that a server needs to take the build up, as JSON. */
    definition: unknown;
    claimToken?: string | undefined;
    maxUnfinished: number;
  },
): Promise<InsertBuildResult> {
  const { build, template, definition, claimToken: token, maxUnfinished } = options;
  const { tenantId, createdAt: now } = build;
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, tenantId);
    const { count } = await transaction
      .selectFrom('template_builds')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('tenant_id', '=', tenantId)
      .where('status', 'in', ['waiting', 'building'])
      .executeTakeFirstOrThrow();
    if (count >= maxUnfinished) return { outcome: 'too_many', count };
    const { name } = template;
    if (await isClaimed(transaction, { tenantId, name, now, token })) return { outcome: 'claimed' };
    await transaction
      .deleteFrom('template_claims')
      .where('tenant_id', '=', tenantId)
      .where('name', '=', name)
      .execute();
    const known = await findTemplateByName({ db: transaction }, { tenantId, name });
    const templateRow = {
      id: template.id,
      tenant_id: tenantId,
      name,
      visibility: 'private' as const,
      created_at: now,
      updated_at: now,
      published_at: null,
    };
    if (!known) await transaction.insertInto('templates').values(templateRow).execute();
    const owner = known ?? toTemplate(templateRow);
    const row = {
      id: build.id,
      template_id: owner.id,
      tenant_id: tenantId,
      status: 'waiting' as const,
      backend: build.backend,
      source_type: build.source,
      tags: JSON.stringify(build.tags),
      about: toJson(build.about),
      result: null,
      failure: null,
      created_at: now,
      updated_at: now,
      started_at: null,
      finished_at: null,
      cancel_requested_at: null,
      cancellation_reason: null,
    };
    await transaction.insertInto('template_builds').values(row).execute();
    await transaction
      .insertInto('template_build_definitions')
      .values({ build_id: build.id, definition: toJson(definition) })
      .execute();
    return { outcome: 'inserted', build: toBuild(row), template: owner };
  });
}
