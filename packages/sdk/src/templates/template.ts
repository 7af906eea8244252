import type { Template as WireTemplate } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { fieldsParameter, queryString } from '../client/query.ts';
import type { FieldNames } from '../sandboxes/list-options.ts';
import { readTemplate } from './read-template.ts';
import type { TemplateInfo } from './types.ts';

/** Templates that sandboxes start from. */
export class Template {
  private constructor() {}

  /** Your own and the built-in templates. With `fields` the API's own objects with just these. */
  static list(
    options: ClientOptions & CallOptions & { fields: FieldNames },
  ): Promise<Record<string, unknown>[]>;
  static list(options?: ClientOptions & CallOptions): Promise<TemplateInfo[]>;
  static async list(options: ClientOptions & CallOptions & { fields?: FieldNames } = {}): Promise<unknown[]> {
    const query = queryString({ fields: fieldsParameter(options.fields) });
    const templates = await new Client(options).json<WireTemplate[]>('GET', `/v1/templates${query}`, {
      signal: options.signal,
    });
    return options.fields ? templates : templates.map(readTemplate);
  }
}
