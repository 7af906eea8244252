import assert from 'node:assert/strict';
import { test } from 'node:test';
import { size, TransferProgress } from '../../src/output/progress.ts';

function screen(shape: { isTTY: boolean; columns?: number }): {
  out: NodeJS.WriteStream;
  text: () => string;
} {
  const written: string[] = [];
  const out = { ...shape, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { out, text: () => written.join('') };
}

test('without a terminal there is a line every tenth and no control code', () => {
  const { out, text } = screen({ isTTY: false });
  const progress = new TransferProgress(out);
  for (let bytesDone = 0; bytesDone <= 2048; bytesDone += 64) progress.show({ bytesDone, bytesTotal: 2048 });
  progress.end();
  const lines = text().trimEnd().split('\n');
  assert.deepEqual(
    [lines.length, lines[0], lines.at(-1)],
    [10, '10 % (256 B of 2.0 KiB)', '100 % (2.0 KiB of 2.0 KiB)'],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
  assert.doesNotMatch(text(), /[\x1b\r]/);
});

test('a terminal gets a bar that ends full, a narrow one the numbers alone', () => {
  for (const [columns, bar] of [
    [80, `[${'#'.repeat(30)}] `],
    [40, ''],
  ] as const) {
    const { out, text } = screen({ isTTY: true, columns });
    const progress = new TransferProgress(out);
    progress.show({ bytesDone: 512, bytesTotal: 1024 });
    progress.show({ bytesDone: 1024, bytesTotal: 1024 });
    progress.end();
    assert.ok(text().endsWith(`\r\x1b[K${bar}100 % 1.0 KiB of 1.0 KiB\n`), text());
  }
});

test('of an unknown size only what was done is shown', () => {
  const { out, text } = screen({ isTTY: true, columns: 80 });
  const progress = new TransferProgress(out);
  progress.show({ bytesDone: 3 * 1024 ** 3, bytesTotal: undefined });
  progress.end();
  assert.match(text(), /3\.0 GiB\n$/);
  assert.equal(size(1023), '1023 B');
});
