/** Permission bits, written as octal digits or as a number. */
export function readMode(mode: string | number | undefined): number | undefined {
  return typeof mode === 'string' ? Number.parseInt(mode, 8) : mode;
}
