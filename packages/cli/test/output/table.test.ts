import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from '../../src/output/table.ts';

const heads = ['Id', 'Description'];
const rows = [
  ['tmpl_0123456789', 'Debian 12 with bash, Python 3 and all that one needs'],
  ['x', 'short'],
];
const widest = (table: string) => Math.max(...table.split('\n').map((line) => line.length));
/** What stands in a column, put together again. */
const column = (table: string, place: number) =>
  table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│')[place + 1]!.slice(1, -1).trimEnd())
    .join('');

test('a table that fits, or goes into a pipe, has each row on a line', async () => {
  for (const width of [undefined, 200]) {
    const table = await formatTable(heads, rows, width === undefined ? {} : { width });
    assert.match(table, /│ tmpl_0123456789 │ Debian 12 with bash, Python 3 and all that one needs │/);
    assert.equal(widest(table), 1 + 18 + 55);
  }
});

test('one that is wider than the terminal is folded, and loses nothing', async () => {
  for (const width of [60, 40, 25]) {
    const table = await formatTable(heads, rows, { width });
    assert.ok(widest(table) <= width, `${widest(table)} columns in ${width}`);
    assert.ok(column(table, 0).includes('tmpl_0123456789'), table);
    const words = column(table, 1).replaceAll(' ', '');
    assert.ok(words.includes('Debian12withbash,Python3andallthatoneneeds'), table);
  }
  // There is no room for any of it: what is left of the columns is shown nevertheless.
  assert.match(await formatTable(heads, rows, { width: 3 }), /short/);
});
