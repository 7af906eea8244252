import type { Template, TemplateVisibility } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { findOwn, unknownTemplate } from './find-template.ts';
import { showStored } from './show-template.ts';

/** Lets every tenant use a template, or its own alone. Sandboxes that run are not touched. */
export async function setOwnVisibility(
  context: Context,
  address: { tenantId: string; ref: string },
  visibility: TemplateVisibility,
): Promise<Template> {
  const { template } = await findOwn(context, address);
  const changed = await context.store.setVisibility({ id: template.id, visibility, now: Date.now() });
  const shown = changed && (await showStored(context, changed));
  if (!shown) throw unknownTemplate(address.ref);
  return shown;
}
