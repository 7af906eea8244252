/** A guest's word on a time. One that no calendar knows becomes the beginning of 1970. */
export function toTimestamp(unixMs: bigint): string {
  const date = new Date(Number(unixMs));
  return (Number.isNaN(date.getTime()) ? new Date(0) : date).toISOString();
}
