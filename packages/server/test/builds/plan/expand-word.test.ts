import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExpandError } from '../../../src/builds/plan/dockerfile/expand-error.ts';
import { expandWord } from '../../../src/builds/plan/dockerfile/expand-word.ts';

const variables = { A: 'x', EMPTY: '', PATH: '/usr/local/bin', FILE: 'app-1.2.tar.gz', STARS: 'a*b' };

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is the syntax of Dockerfiles
for (const [text, expected] of [
  ['$A-${A}-$NONE-${NONE}.', 'x-x--.'],
  ['${NONE:-y}${EMPTY:-z}${A:-w}', 'yzx'],
  ['${NONE-y}${EMPTY-z}${A-w}', 'yx'],
  ['${A:+w}${EMPTY:+w}${EMPTY+v}${NONE+w}', 'wv'],
  ['${A:?needed}', 'x'],
  ['${NONE:-${NONE2:-${A}}}', 'x'],
  ['${NONE:-"a } b"}', 'a } b'],
  ['/opt/bin:$PATH', '/opt/bin:/usr/local/bin'],
  ['${FILE%.*}|${FILE%%.*}', 'app-1.2.tar|app-1'],
  ['${PATH#*/}|${PATH##*/}', 'usr/local/bin|bin'],
  ['${FILE#app-}|${FILE#none}', '1.2.tar.gz|app-1.2.tar.gz'],
  ['${PATH/local/share}|${PATH//\\//_}', '/usr/share/bin|_usr_local_bin'],
  ['${FILE/?.?/2}', 'app-2.tar.gz'],
  ['${STARS#a\\*}|${STARS#a\\?}', 'b|a*b'],
  ['"$A b" \'$A\' \\$A "\\$A" "\\a"', 'x b $A $A $A \\a'],
  ['a\\ b', 'a b'],
  ['$1$@$', '$'],
  ['100$ $', '100$ $'],
  ['${A}${A', undefined],
  ['"open', undefined],
  ["it's", undefined],
  ['${}', undefined],
  ['${A:x}', undefined],
  ['${A^}', undefined],
  ['${A/x}', undefined],
  ['${NONE:?must be given}', undefined],
] as const) {
  test(`a word: ${text}`, () => {
    if (expected === undefined) assert.throws(() => expandWord(text, variables), ExpandError);
    else assert.equal(expandWord(text, variables), expected);
  });
}

test('a heredoc keeps its quotes', () => {
  assert.equal(expandWord('it\'s "$A"\n\\$A\n', variables, { keepQuotes: true }), 'it\'s "x"\n$A\n');
});

test('a pattern that would take long is refused soon', () => {
  const value = 'a'.repeat(100_000);
  const from = performance.now();
  assert.throws(() => expandWord('${V##*a*a*a*a*a*a*b}', { V: value.repeat(4) }), ExpandError);
  assert.throws(() => expandWord('${V//*b/x}', { V: value }), ExpandError);
  assert.ok(performance.now() - from < 2000);
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
