import * as z from 'zod';

/** A whole number between two bounds, given as a number or in decimal digits. */
export const wholeNumber = (min: number, max?: number) =>
  z.preprocess(readNumber, max === undefined ? z.int().min(min) : z.int().min(min).max(max));

/** A number between two bounds, given as a number or in decimal digits. */
export const decimal = (min: number, max: number) => z.preprocess(readNumber, z.number().min(min).max(max));

/** A switch, given as a boolean or as the word true or false. */
export const toggle = () => z.preprocess(readBoolean, z.boolean());

/** An absolute path, or nothing. */
export const optionalPath = () =>
  z.string().refine((path) => path === '' || path.startsWith('/'), 'must be an absolute path');

/** An address with one of these schemes, or nothing. */
export const optionalUrl = (schemes: string[]) =>
  z
    .string()
    .refine(
      (text) => text === '' || (URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1))),
      `must be an address that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    );

/** Addresses separated by commas, or nothing. */
export const addressList = () =>
  z
    .string()
    .refine(
      (text) =>
        text === '' ||
        text.split(',').every((part) => z.union([z.ipv4(), z.ipv6()]).safeParse(part.trim()).success),
      'must be IP addresses separated by commas',
    );

/** Networks in CIDR form separated by commas, or nothing. */
export const networkList = () =>
  z
    .string()
    .refine(
      (text) =>
        text === '' ||
        text.split(',').every((part) => z.union([z.cidrv4(), z.cidrv6()]).safeParse(part.trim()).success),
      'must be networks such as 10.1.0.0/16 or fd00::/8 separated by commas',
    );

/** An IPv4 network in CIDR form whose address is the network's first. */
export const network = (shortest: number, longest: number) =>
  z.string().refine((text) => {
    if (!z.cidrv4().safeParse(text).success) return false;
    const [address, prefix] = text.split('/') as [string, string];
    const bits = Number(prefix);
    if (bits < shortest || bits > longest) return false;
    const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return value % 2 ** (32 - bits) === 0;
  }, `must be the first address of an IPv4 network and a prefix length from ${shortest} to ${longest}, such as 10.200.0.0/16`);

function readNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

function readBoolean(value: unknown): unknown {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
}
