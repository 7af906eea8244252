/** An RFC 3339 timestamp as a date; undefined when it is absent or cannot be parsed. */
export function date(timestamp: string | null | undefined): Date | undefined {
  if (!timestamp) return undefined;
  const value = new Date(timestamp);
  return Number.isNaN(value.getTime()) ? undefined : value;
}
