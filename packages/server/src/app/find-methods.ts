import { allRoutes } from '@nullspace/contract';

const patterns = allRoutes.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Methods that a path answers to; none for a path that is not part of the API. */
export function findMethods(url: string): string[] {
  const [path = ''] = url.split('?', 1);
  return [
    ...new Set(patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method as string)),
  ];
}
