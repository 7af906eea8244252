import { allRoutes, buildOpenapi, errorCodes, isPlanned, type Route } from '@nullspace/contract';
import { fieldRows, type Schema } from './describe-schema.ts';
import { NOTICE, table } from './markdown.ts';

interface Operation {
  summary: string;
  description?: string;
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
}

/** docs/api.md: every route, from the same document as /v1/openapi.json. */
export function apiPage(): string {
  const { paths } = buildOpenapi({ version: '', url: '' }) as {
    paths: Record<string, Record<string, Operation>>;
  };
  const served = allRoutes.filter((route) => !isPlanned(route));
  const sections = [...Map.groupBy(served, ({ tag }) => tag)].map(
    ([tag, routes]) =>
      `## ${tag}\n\n${routes
        .map((route) => describe(route, paths[route.path]![route.method.toLowerCase()]!))
        .join('\n\n')}`,
  );
  const planned = allRoutes
    .filter(isPlanned)
    .map((route) => [
      `\`${route.channel === undefined ? route.method : 'WS'} ${route.path}\``,
      route.feature,
    ]);
  return `${NOTICE}

# REST API

Requests carry \`Authorization: Bearer <API key>\`. Bodies are JSON. Unknown fields and parameters are refused. Errors have
the shape and the codes of [errors.md](errors.md). The same as a document for machines: \`GET /v1/openapi.json\`.

${sections.join('\n\n')}

## Not offered by this version

These routes answer 501 \`not_implemented\` and name the feature.

${table(['Route', 'Feature'], planned)}
`;
}

function describe(route: Route, operation: Operation): string {
  const method = route.channel === undefined ? route.method : 'WS';
  const channel = route.channel ? `?channel=${route.channel}` : '';
  const parts = [`### \`${method} ${route.path}${channel}\``, operation.summary];
  if (operation.description) parts.push(operation.description);
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'path');
  if (parameters.length > 0 && !channel) {
    const rows = parameters.map(({ name, required, description = '', in: where }) => [
      `\`${name}\``,
      where,
      required ? 'yes' : '',
      description,
    ]);
    parts.push(table(['Parameter', 'In', 'Required', 'Meaning'], rows));
  }
  const body = operation.requestBody?.content['application/json']?.schema;
  if (body) parts.push(`Body:\n\n${table(['Field', 'Required', 'Type', 'Meaning'], fieldRows(body))}`);
  else if (operation.requestBody) parts.push('Body: raw bytes.');
  parts.push(answer(operation));
  return parts.join('\n\n');
}

function answer(operation: Operation): string {
  const [status, success] = Object.entries(operation.responses).find(([code]) => Number(code) < 400)!;
  const schema = success.content?.['application/json']?.schema;
  const rows = schema ? fieldRows(schema) : [];
  const shape =
    schema?.type === 'array' || schema?.anyOf?.some(({ type }) => type === 'array') ? ' an array of' : '';
  const raw = success.content?.['application/octet-stream'] ? ' Raw bytes.' : '';
  const errors = Object.entries(operation.responses)
    .filter(([code]) => Number(code) >= 400)
    .flatMap(([, { description }]) => description.split(', '))
    .filter((code) => code in errorCodes && !['internal_error', 'rate_limit_exceeded'].includes(code));
  const head = rows.length > 0 ? `Answer ${status},${shape}:` : `Answer ${status}.${raw}`;
  const fields = rows.length > 0 ? `\n\n${table(['Field', 'Always', 'Type', 'Meaning'], rows)}` : '';
  const codes = errors.length > 0 ? `\n\nErrors: ${errors.map((code) => `\`${code}\``).join(', ')}.` : '';
  return head.replace(',:', ':') + fields + codes;
}
