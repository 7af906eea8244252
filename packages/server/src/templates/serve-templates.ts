import { routes, templateFields } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { project, readFields } from '../sandboxes/project-fields.ts';
import { claimName } from './claim-name.ts';
import { removeTemplate } from './delete-template.ts';
import { removeAlias, renameOwn, showAliases } from './rename-template.ts';
import { showNamespace } from './show-namespace.ts';
import { showAll, showTemplate } from './show-template.ts';
import { removeTag, setOwnTags, showTags } from './tags.ts';
import { setOwnVisibility } from './visibility.ts';

export function serveTemplates(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.listTemplates, async ({ tenantId, query }) => {
    const fields = readFields(query.fields, templateFields);
    const templates = await showAll(context, tenantId);
    return fields ? templates.map((template) => project(template, fields)) : templates;
  });
  serveRoute(app, context, routes.getTemplate, async ({ tenantId, query, params }) => {
    const fields = readFields(query.fields, templateFields);
    const template = await showTemplate(context, { tenantId, ref: params.template_ref });
    return fields ? project(template, fields) : template;
  });
  serveRoute(app, context, routes.deleteTemplate, ({ tenantId, params }) =>
    removeTemplate(context, { tenantId, ref: params.template_ref }),
  );
  serveTags(app, context);
  serveNames(app, context);
  serveRoute(app, context, routes.setTemplateVisibility, ({ tenantId, params, body }) =>
    setOwnVisibility(context, { tenantId, ref: params.template_ref }, body.visibility),
  );
  serveRoute(app, context, routes.getTemplateNamespace, ({ tenantId, params }) =>
    showNamespace(context, { tenantId, slug: params.slug }),
  );
}

function serveTags(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.listTemplateTags, ({ tenantId, params }) =>
    showTags(context, { tenantId, ref: params.template_ref }),
  );
  serveRoute(app, context, routes.setTemplateTags, ({ tenantId, params, body }) =>
    setOwnTags(context, { tenantId, ref: params.template_ref }, body.tags),
  );
  serveRoute(app, context, routes.deleteTemplateTag, ({ tenantId, params }) =>
    removeTag(context, { tenantId, ref: params.template_ref }, params.tag),
  );
}

function serveNames(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.renameTemplate, ({ tenantId, params, body }) =>
    renameOwn(context, { tenantId, ref: params.template_ref }, body.new_name),
  );
  serveRoute(app, context, routes.listTemplateAliases, ({ tenantId, params }) =>
    showAliases(context, { tenantId, ref: params.template_ref }),
  );
  serveRoute(app, context, routes.deleteTemplateAlias, ({ tenantId, params }) =>
    removeAlias(context, { tenantId, ref: params.template_ref }, params.alias),
  );
  serveRoute(app, context, routes.claimTemplateName, ({ tenantId, body }) =>
    claimName(context, { tenantId, ref: body.template_ref }),
  );
  serveRoute(app, context, routes.releaseTemplateClaim, ({ tenantId, params }) =>
    context.store.releaseTemplateClaim({ tenantId, token: params.claim_token }),
  );
}
