import type { ImplementedRoute } from '@nullspace/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type * as z from 'zod';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
type Field<R, K extends string> = K extends keyof R ? Parsed<R[K]> : undefined;

/** A request to a route, checked against its schemas. */
export interface Call<R extends ImplementedRoute> {
  /** Tenant that the request acts for; empty on routes without a key. */
  tenantId: string;
  params: Field<R, 'params'>;
  query: Field<R, 'query'>;
  body: Field<R, 'body'>;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** What a handler answers with: the body of the route's success. */
export type Answer<R extends ImplementedRoute> = R extends { response: infer S extends z.ZodType }
  ? z.output<S>
  : unknown;

export type Handler<R extends ImplementedRoute> = (call: Call<R>) => Promise<Answer<R> | Streamed>;

/** An answer that the handler has put on its way itself. */
export class Streamed {
  readonly reply: FastifyReply;

  constructor(reply: FastifyReply) {
    this.reply = reply;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Tenant behind the API key. */
    tenantId: string;
    /** Code of the error that was answered with. */
    errorCode: string;
    /** Sandbox that a request made, where its path does not name one. */
    sandboxId: string;
  }
  interface FastifyContextConfig {
    /** Operation of the contract. */
    operation?: string;
    /** False: answers without an API key. */
    authenticated?: boolean;
    /** A file token in the query may stand in for the API key. */
    fileToken?: boolean;
  }
}
