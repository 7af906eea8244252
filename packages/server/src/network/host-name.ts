/** What is wrong with a host name of a policy; undefined for a good one. A leading "*." stands for every name below. */
export function faultOfHostName(entry: string): string | undefined {
  const quoted = JSON.stringify(entry);
  if (/[^\x20-\x7e]/.test(entry)) return `${quoted} has characters beyond ASCII; give its xn-- form`;
  if (/[/:@]/.test(entry)) return `${quoted} is no host name: leave out scheme, port and path`;
  const name = entry.replace(/^\*\./, '').replace(/\.$/, '');
  if (name.includes('*')) return `${quoted} may have "*" as its first label only, before another one`;
  const labels = name.split('.');
  if (labels.length < 2) return `${quoted} is no whole host name such as api.example.com`;
  const isGood = (label: string) => /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label);
  if (!labels.every(isGood) || name.length > 250 || /^\d+$/.test(labels.at(-1)!)) {
    return `${quoted} is no IPv4 address, network such as 1.1.1.0/24, or host name such as api.example.com`;
  }
  return undefined;
}
