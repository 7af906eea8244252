import * as z from 'zod';
import { projection } from '../list-sandboxes.ts';
import { timestamp } from '../sandbox-info.ts';
import { templateName, templateTag, templateTags } from './names.ts';
import { runtimeDefaults } from './runtime-config.ts';

export const templateVisibility = z.enum(['private', 'public']);
export type TemplateVisibility = z.infer<typeof templateVisibility>;

export const template = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  default_tag: z.string(),
  builtin: z.boolean(),
  canonical_ref: z.string(),
  namespace_slug: z.string(),
  visibility: templateVisibility,
  runtime_defaults: runtimeDefaults,
});
export type Template = z.infer<typeof template>;
export const templateList = z.array(template);
export const templateFields = Object.keys(template.shape) as (keyof Template)[];
export const templateQuery = z.strictObject({ fields: projection });

export const templateTagInfo = z.object({ tag: z.string(), build_id: z.string(), created_at: timestamp });
export type TemplateTagInfo = z.infer<typeof templateTagInfo>;

export const templateAlias = z.object({ alias_ref: z.string(), created_at: timestamp });
export type TemplateAlias = z.infer<typeof templateAlias>;

export const setTagsRequest = z.strictObject({ tags: templateTags });
export const setVisibilityRequest = z.strictObject({ visibility: templateVisibility });
export const renameTemplateRequest = z.strictObject({ new_name: templateName });
export const promoteRequest = z.strictObject({ tag: templateTag });

export const claimRequest = z.strictObject({ template_ref: z.string().min(1).max(512) });
export const templateClaim = z.object({
  claim_token: z.string(),
  canonical_ref: z.string(),
  expires_at: timestamp,
});
export type TemplateClaim = z.infer<typeof templateClaim>;

export const templateNamespace = z.object({
  slug: z.string(),
  kind: z.enum(['system', 'user', 'deployment']),
  is_default: z.boolean(),
});
export type TemplateNamespace = z.infer<typeof templateNamespace>;
