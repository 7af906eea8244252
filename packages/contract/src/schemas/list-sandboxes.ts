import * as z from 'zod';
import { limits } from '../limits.ts';
import { queryInteger } from './query-integer.ts';
import { sandboxInfo, sandboxStatus } from './sandbox-info.ts';

/** `fields=a,b,c`: which fields of each object to return. */
export const projection = z
  .string()
  .max(1024)
  .optional()
  .describe('Comma-separated names of fields. Only these are returned.');

const states = z
  .string()
  .refine(
    (text) => text.split(',').every((state) => sandboxStatus.safeParse(state).success),
    `must be states joined by commas: ${sandboxStatus.options.join(', ')}`,
  );

export const getSandboxQuery = z.strictObject({ fields: projection });

export const listSandboxesQuery = z.strictObject({
  state: states.optional().describe('States joined by commas. Default: creating,running,paused.'),
  template: z.string().max(limits.template_ref_chars).optional().describe('Exact template.'),
  metadata: z
    .string()
    .max(limits.metadata_bytes)
    .optional()
    .describe('JSON object; sandboxes whose metadata has all its pairs match.'),
  limit: queryInteger({ min: 1, max: limits.list_limit })
    .optional()
    .describe(`Page size, 1 to ${limits.list_limit}. Default: ${limits.list_limit_default}.`),
  next_token: z.string().max(1024).optional().describe('Token of the previous page.'),
  fields: projection,
});
export type ListSandboxesQuery = z.input<typeof listSandboxesQuery>;

/** A projected object holds the asked fields only. */
export const projected = z.record(z.string(), z.unknown());

export const sandboxPage = z.object({
  items: z.array(sandboxInfo),
  next_token: z.string().nullable(),
  has_next: z.boolean(),
});
export type SandboxPage = z.infer<typeof sandboxPage>;

export const projectedPage = z.object({
  items: z.array(projected),
  next_token: z.string().nullable(),
  has_next: z.boolean(),
});
