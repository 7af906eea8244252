import type * as z from 'zod';
import type { ErrorCode } from '../errors/codes.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Tag =
  | 'Server'
  | 'Sandboxes'
  | 'Commands'
  | 'Files'
  | 'Templates'
  | 'Snapshots'
  | 'Lifecycle'
  | 'Previews'
  | 'SSH'
  | 'Terminals'
  | 'Warm pools'
  | 'Volumes'
  | 'Code interpreter'
  | 'Desktop'
  | 'Monitor'
  | 'Agent deployments';

/** What every route has. */
interface RouteBase {
  /** Name of the operation, unique. */
  id: string;
  method: Method;
  /** Path with `{name}` places. */
  path: string;
  tag: Tag;
  summary: string;
  /** A WebSocket path: value of the `channel` parameter, or "" where there is none. */
  channel?: string;
}

/** A route that the server serves. */
export interface ImplementedRoute extends RouteBase {
  /** False: answers without an API key. */
  authenticated?: false;
  description?: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: Record<string, string>;
  body?: z.ZodType;
  /** Raw bytes instead of JSON. */
  rawBody?: true;
  /** The body is `multipart/form-data`; its parts are described here. */
  multipartBody?: string;
  /** A `file_token` in the query may stand in for the API key. */
  fileToken?: true;
  /** HEAD is answered as GET is, without the body. */
  answersHead?: true;
  /** The body may be as large as the server's `max_body_bytes`; otherwise it is bounded by `json_body_bytes`. */
  largeBody?: true;
  status: number;
  response?: z.ZodType;
  /** The answer is a stream of server-sent events, each of this schema. */
  eventStream?: z.ZodType;
  /** The answer is raw bytes. */
  rawResponse?: true;
  /** Codes beyond those that every route can answer with. */
  errors: readonly ErrorCode[];
}

/** A route of a feature that this version does not have: it answers 501 and names the feature. */
export interface PlannedRoute extends RouteBase {
  feature: string;
}

export type Route = ImplementedRoute | PlannedRoute;

/** Keeps the exact types of a route's schemas. */
export function defineRoute<const R extends ImplementedRoute>(route: R): R {
  return route;
}

/** Writes the rows of one area that is not served: method, path below `base`, operation, summary, feature. */
export function plannedRoutes(
  tag: Tag,
  base: string,
  rows: readonly (readonly [Method, string, string, string, string, channel?: string])[],
): PlannedRoute[] {
  return rows.map(([method, path, id, summary, feature, channel]) => ({
    id,
    method,
    path: base + path,
    tag,
    summary,
    feature,
    ...(channel === undefined ? {} : { channel }),
  }));
}

export function isPlanned(route: Route): route is PlannedRoute {
  return 'feature' in route;
}
