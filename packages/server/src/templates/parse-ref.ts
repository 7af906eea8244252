import { idPrefixes } from '@nullspace/contract';

/** A reference to a template, taken apart. */
export interface TemplateRef {
  namespace: string | undefined;
  /** Name, or the id of a template. */
  name: string;
  byId: boolean;
  /** A tag, or the id of a build. */
  qualifier: string | undefined;
}

/** Reads `name`, `name:tag`, `name:tb_…`, `tmpl_…` and each of them in a namespace. Undefined: it is none of these. */
export function parseRef(text: string): TemplateRef | undefined {
  const match =
    /^(?:([a-z0-9]+(?:-[a-z0-9]+)*)\/)?([a-z0-9][a-z0-9._-]*)(?::([A-Za-z0-9][A-Za-z0-9._-]*))?$/.exec(text);
  if (!match) return undefined;
  const [, namespace, name, qualifier] = match;
  return { namespace, name: name!, byId: name!.startsWith(idPrefixes.template), qualifier };
}

export function isBuildId(qualifier: string): boolean {
  return qualifier.startsWith(idPrefixes.template_build);
}
