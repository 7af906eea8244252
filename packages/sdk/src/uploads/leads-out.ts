/** Whether the target of a link leads out of the directory that the path of the link begins in. */
export function leadsOut(link: string, target: string): boolean {
  if (target.startsWith('/')) return true;
  const parts = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');
  let depth = parts(link).length - 1;
  for (const part of parts(target)) {
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return false;
}
