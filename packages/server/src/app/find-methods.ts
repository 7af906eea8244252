import { allRoutes, isPlanned, type Route } from '@nullspace/contract';

const patterns = allRoutes.map((route) => ({
  methods: methodsOf(route),
  takesFileToken: !isPlanned(route) && route.fileToken === true,
  pattern: new RegExp(`^${route.path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** Methods that a path answers to; none for a path that is not part of the API. */
export function findMethods(url: string): string[] {
  return [...new Set(findPatterns(url).flatMap(({ methods }) => methods))];
}

/** Whether the token of a file may stand in for a key at a path, with one of its methods. */
export function takesFileToken(url: string): boolean {
  return findPatterns(url).some((route) => route.takesFileToken);
}

/** Methods of a route. */
export function methodsOf(route: Route): string[] {
  return !isPlanned(route) && route.answersHead ? [route.method, 'HEAD'] : [route.method];
}

function findPatterns(url: string) {
  const [path = ''] = url.split('?', 1);
  return patterns.filter(({ pattern }) => pattern.test(path));
}
