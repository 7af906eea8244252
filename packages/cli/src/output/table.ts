import { printable } from './printable.ts';

/** Characters of a column that is as narrow as it gets. */
const leastWidth = 6;
/** What stands beside the text of each column: a border and two spaces. */
const aroundText = 3;

/**
 * A table drawn with box characters. Cells may hold what a sandbox chose; control characters are escaped.
 *
 * @param options.width Columns of the terminal; its widest columns are folded until it fits. @default those of stdout, if it is one
 */
export async function formatTable(
  heads: string[],
  rows: string[][],
  { width = process.stdout.columns }: { width?: number } = {},
): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const cells = rows.map((row) => row.map((cell) => printable(cell)));
  const natural = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const widths = fold(natural, width);
  const table = new Table({
    head: heads,
    style: { head: [], border: [] },
    ...(widths
      ? { colWidths: widths.map((text) => text + 2), wordWrap: true, wrapOnWordBoundary: false }
      : {}),
  });
  table.push(...cells);
  return table.toString();
}

/** Widths of the columns' texts with which the table fits. Undefined: it does as it is, or nobody said into what. */
function fold(natural: number[], width: number | undefined): number[] | undefined {
  if (width === undefined || width <= 0) return undefined;
  const room = width - 1 - natural.length * aroundText;
  const sum = (widths: number[]) => widths.reduce((total, each) => total + each, 0);
  if (sum(natural) <= room) return undefined;
  const widths = [...natural];
  while (sum(widths) > room) {
    const widest = Math.max(...widths);
    if (widest <= leastWidth) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
