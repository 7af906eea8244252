import * as z from 'zod';
import { defineRoute } from './route.ts';

export const health = z.object({ status: z.literal('ok'), version: z.string() });
export type Health = z.infer<typeof health>;

export const serverRoutes = {
  getHealth: defineRoute({
    id: 'getHealth',
    method: 'GET',
    path: '/healthz',
    tag: 'Server',
    summary: 'Says that the server answers.',
    authenticated: false,
    status: 200,
    response: health,
    errors: [],
  }),
  getOpenapi: defineRoute({
    id: 'getOpenapi',
    method: 'GET',
    path: '/v1/openapi.json',
    tag: 'Server',
    summary: 'This API as an OpenAPI 3.1 document.',
    authenticated: false,
    status: 200,
    response: z.record(z.string(), z.unknown()),
    errors: [],
  }),
};
