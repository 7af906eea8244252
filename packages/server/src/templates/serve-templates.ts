import { routes, templateFields } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { project, readFields } from '../sandboxes/project-fields.ts';
import { findTemplate, listInstalled } from './find-template.ts';
import { presentTemplate } from './present-template.ts';

export function serveTemplates(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.listTemplates, async ({ query }) => {
    const fields = readFields(query.fields, templateFields);
    const templates = (await listInstalled(context)).map(presentTemplate);
    return fields ? templates.map((template) => project(template, fields)) : templates;
  });
  serveRoute(app, context, routes.getTemplate, async ({ query, params }) => {
    const fields = readFields(query.fields, templateFields);
    const template = presentTemplate(await findTemplate(context, params.template_ref));
    return fields ? project(template, fields) : template;
  });
}
