import { printable } from './printable.ts';

/** A table drawn with box characters. Cells may hold what a sandbox chose; control characters are escaped. */
export async function formatTable(heads: string[], rows: string[][]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({ head: heads, style: { head: [], border: [] } });
  table.push(...rows.map((row) => row.map((cell) => printable(cell))));
  return table.toString();
}
