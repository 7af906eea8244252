/** Ways to write an IPv4 address, those of C and of IPv6. */
export function spellings(address: string): string[] {
  const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
  const value = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (part: number) => part.toString(16).padStart(2, '0');
  const octal = (part: number) => `0${part.toString(8)}`;
  return [
    address,
    String(value),
    `0x${value.toString(16)}`,
    `0${value.toString(8)}`,
    [a, b, c, d].map((part) => `0x${hex(part)}`).join('.'),
    [a, b, c, d].map(octal).join('.'),
    `${a}.${b}.${c * 256 + d}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `0x${hex(a)}.${octal(b)}.${c}.${d}`,
    `::ffff:${address}`,
    `::ffff:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`,
    `0:0:0:0:0:FFFF:${address}`,
  ];
}
