import * as z from 'zod';
import { projection } from './list-sandboxes.ts';

export const template = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  default_tag: z.string(),
  builtin: z.boolean(),
  canonical_ref: z.string(),
  namespace_slug: z.string(),
  visibility: z.enum(['private', 'public']),
  runtime_defaults: z.object({
    default_env_keys: z.array(z.string()),
    default_user: z.string(),
    default_workdir: z.string(),
  }),
});
export type Template = z.infer<typeof template>;
export const templateList = z.array(template);
export const templateFields = Object.keys(template.shape) as (keyof Template)[];
export const templateQuery = z.strictObject({ fields: projection });
