import * as z from 'zod';
import { type ErrorCode, errorCodes } from './errors/codes.ts';
import { clientCode, errorEnvelope } from './errors/envelope.ts';
import { allRoutes } from './routes/index.ts';
import { type ImplementedRoute, isPlanned, type Route } from './routes/route.ts';

type Json = Record<string, unknown>;

const commonErrors: ErrorCode[] = [
  'invalid_request',
  'unauthorized',
  'rate_limit_exceeded',
  'internal_error',
];

/** JSON schema of a zod schema; query integers show as the integers that they mean. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...result } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => {
      const integer = node.query_integer as { minimum: number; maximum: number } | undefined;
      if (!integer) return;
      for (const key of Object.keys(node)) if (key !== 'description') delete node[key];
      Object.assign(node, { type: 'integer', ...integer });
    },
  }) as Json;
  return result;
}

function parameters(route: ImplementedRoute): Json[] {
  const from = (schema: z.ZodObject | undefined, where: string) =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => {
      const type = jsonSchema(field as z.ZodType, 'input');
      const { description, ...rest } = type;
      const required = where === 'path' || !(field as z.ZodType).safeParse(undefined).success;
      return { name, in: where, required, ...(description ? { description } : {}), schema: rest };
    });
  const headers = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...from(route.params, 'path'), ...from(route.query, 'query'), ...headers];
}

function errorResponses(codes: readonly ErrorCode[]): Json {
  const byStatus = Map.groupBy(new Set(codes), (code) => errorCodes[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      String(status),
      {
        description: [...new Set(list.map(clientCode))].join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}

function requestBody(route: ImplementedRoute): Json {
  if (route.rawBody) {
    return {
      requestBody: {
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
    };
  }
  if (route.multipartBody) {
    return {
      requestBody: {
        required: true,
        description: route.multipartBody,
        content: { 'multipart/form-data': { schema: { type: 'object' } } },
      },
    };
  }
  if (!route.body) return {};
  return {
    requestBody: {
      required: !route.body.safeParse(undefined).success,
      content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
    },
  };
}

function success(route: ImplementedRoute): Json {
  if (route.rawResponse) {
    return {
      description: route.summary,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    };
  }
  if (route.eventStream) {
    return {
      description: route.summary,
      content: { 'text/event-stream': { schema: jsonSchema(route.eventStream, 'output') } },
    };
  }
  if (!route.response) return { description: route.summary };
  return {
    description: route.summary,
    content: { 'application/json': { schema: jsonSchema(route.response, 'output') } },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function operation(route: Route): Json {
  const head = { operationId: route.id, tags: [route.tag], summary: route.summary };
  if (isPlanned(route)) {
    return {
      ...head,
      description: `Not offered by this version: answers 501 \`not_implemented\` (${route.feature}).`,
      parameters: pathParameters(route.path),
      responses: errorResponses(['unauthorized', 'not_implemented']),
    };
  }
  return {
    ...head,
    ...(route.description ? { description: route.description } : {}),
    ...(route.authenticated === false ? { security: [] } : {}),
    ...(route.fileToken ? { security: [{ key: [] }, {}] } : {}),
    parameters: parameters(route),
    ...requestBody(route),
    responses: {
      [String(route.status)]: success(route),
      ...errorResponses(route.authenticated === false ? route.errors : [...commonErrors, ...route.errors]),
    },
  };
}

/** The API as an OpenAPI 3.1 document. Of routes that share path and method the served one is shown. */
export function buildOpenapi(options: { version: string; url: string }): Json {
  const paths: Record<string, Json> = {};
  for (const route of allRoutes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method.toLowerCase()] ??= operation(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Nullspace',
      version: options.version,
      description: 'Isolated Linux computers on demand.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.url }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorEnvelope, 'output') },
    },
  };
}
