import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incompleteTail, TextSplitter } from '../../../src/commands/live/text-splitter.ts';

const text = 'aü€😀\u0000z\n日本語';
const bytes = Buffer.from(text);

test('any way to cut a text gives the text again, with offsets that fit', () => {
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const splitter = new TextSplitter();
      const pieces = [
        ...splitter.push(bytes.subarray(0, first), 0),
        ...splitter.push(bytes.subarray(first, second), first),
        ...splitter.push(bytes.subarray(second), second),
        ...splitter.flush(),
      ];
      assert.equal(pieces.map((piece) => piece.text).join(''), text);
      let next = 0;
      for (const piece of pieces) {
        assert.equal(piece.offset, next);
        next = piece.endOffset;
      }
      assert.equal(next, bytes.length);
    }
  }
});

test('bytes that are no UTF-8 become replacement characters and never wait', () => {
  for (const bad of [[0xff], [0x80], [0xc0, 0x80], [0xf5], [0xff, 0xff, 0xff, 0xff]]) {
    assert.equal(incompleteTail(Uint8Array.from(bad)), 0, String(bad));
    const [piece] = new TextSplitter().push(Uint8Array.from(bad), 0);
    assert.match(piece!.text, /^\ufffd+$/);
  }
});

test('a jump damages the cut character only', () => {
  const splitter = new TextSplitter();
  assert.deepEqual(splitter.push(Buffer.from('€').subarray(0, 2), 0), []);
  const pieces = splitter.push(Buffer.from('ok'), 100);
  assert.deepEqual(
    pieces.map((piece) => [piece.text, piece.offset, piece.endOffset]),
    [
      ['\ufffd', 0, 2],
      ['ok', 100, 102],
    ],
  );
});
