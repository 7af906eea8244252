import * as z from 'zod';
import { limits } from '../limits.ts';
import { projected } from '../schemas/list-sandboxes.ts';
import { template, templateList, templateQuery } from '../schemas/templates.ts';
import { defineRoute } from './route.ts';

export const templateRoutes = {
  listTemplates: defineRoute({
    id: 'listTemplates',
    method: 'GET',
    path: '/v1/templates',
    tag: 'Templates',
    summary: 'Lists the templates that this tenant can use.',
    query: templateQuery,
    status: 200,
    response: z.union([templateList, z.array(projected)]),
    errors: ['invalid_fields', 'host_unavailable'],
  }),
  getTemplate: defineRoute({
    id: 'getTemplate',
    method: 'GET',
    path: '/v1/templates/refs/{template_ref}',
    tag: 'Templates',
    summary: 'Reads a template by name, name:tag, namespace/name:tag or id, percent-encoded as one segment.',
    params: z.object({ template_ref: z.string().min(1).max(limits.template_ref_chars) }),
    query: templateQuery,
    status: 200,
    response: z.union([template, projected]),
    errors: ['template_not_found', 'invalid_fields', 'host_unavailable'],
  }),
};
