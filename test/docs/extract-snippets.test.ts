import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { composeProgram, matchesOutput, splitOutput } from './compose-program.ts';
import { extractSnippets, languages } from './extract-snippets.ts';

const fence = '```';
const page = (...blocks: [info: string, text: string][]) =>
  blocks.map(([info, text]) => `Text.\n\n${fence}${info}\n${text}\n${fence}\n`).join('\n');

describe('snippets of a page', () => {
  test('are found in order, with what they print', () => {
    const snippets = extractSnippets(
      page(
        ['python run=a', 'print(1)'],
        ['bash skip=why', 'exit 1'],
        ['bash run=a', 'echo 1'],
        ['text expect=a', '1'],
        ['json', '{}'],
        ['ts run=b', 'f();'],
      ),
    );
    assert.deepEqual(
      snippets.map(({ language, name, code, expected }) => [language, name, code, expected]),
      [
        ['python', 'a', 'print(1)\n', '1\n'],
        ['bash', 'a', 'echo 1\n', '1\n'],
        ['ts', 'b', 'f();\n', undefined],
      ],
    );
    assert.equal(snippets[0]!.line, 3);
  });

  for (const [what, markdown, message] of [
    ['a block that says nothing', page(['python', 'x']), /line 3: a python block needs run= or skip=/],
    ['two of one name', page(['ts run=a', 'x'], ['ts run=a', 'y']), /two ts blocks a/],
    ['two outputs of one name', page(['text expect=a', 'x'], ['text expect=a', 'y']), /given twice/],
    ['an output of nothing', page(['text expect=a', 'x']), /no block a is executed/],
    ['an open block', `${fence}ts run=a\nx`, /line 1: the block is not closed/],
  ] as const) {
    test(`${what} is refused`, () => assert.throws(() => extractSnippets(markdown), message));
  }
});

describe('a program of snippets', () => {
  const snippets = extractSnippets(
    page(
      ['bash run=one', 'x=5'],
      ['bash run=two', 'echo $x; echo end'],
      ['python run=one', 'x = 5'],
      ['python run=two', 'print(x)\nprint("end")'],
      ['ts run=one', "import { basename } from 'node:path';\n\nconst x: number = 5;"],
      [
        'ts run=two',
        "import { basename, dirname } from 'node:path';\nconsole.log(x, basename('a/b'), dirname('a/b'));",
      ],
    ),
  );

  test('shares its variables and tells who printed what', () => {
    const bash = execFileSync('bash', ['-c', composeProgram(snippets, 'bash')], { encoding: 'utf8' });
    assert.deepEqual(
      [...splitOutput(bash)],
      [
        ['one', ''],
        ['two', '5\nend\n'],
      ],
    );
    const python = execFileSync('python3', ['-c', composeProgram(snippets, 'python')], { encoding: 'utf8' });
    assert.deepEqual(
      [...splitOutput(python)],
      [
        ['one', ''],
        ['two', '5\nend\n'],
      ],
    );
    const arguments_ = ['--input-type=module-typescript', '-e', composeProgram(snippets, 'ts')];
    const ts = execFileSync(process.execPath, arguments_, { encoding: 'utf8' });
    assert.deepEqual(
      [...splitOutput(ts)],
      [
        ['one', ''],
        ['two', '5 b a\n'],
      ],
    );
  });

  test('outputs match exactly but for …', () => {
    assert.ok(matchesOutput('a (1)\nb\n', 'a (1)\nb'));
    assert.ok(matchesOutput('id sb_1 ok\n', 'id … ok\n'));
    assert.ok(!matchesOutput('id\nsb_1 ok\n', 'id … ok\n'));
    assert.ok(!matchesOutput('a\nb\nc', 'a\nb'));
  });
});

test('the pages can be taken apart and are whole in every language', () => {
  for (const name of [
    'quickstart',
    'sandboxes',
    'lifecycle',
    'snapshots',
    'commands',
    'terminal',
    'files',
    'uploads',
  ]) {
    const snippets = extractSnippets(readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'));
    for (const language of languages) {
      assert.ok(
        snippets.some((snippet) => snippet.language === language),
        `${name} has ${language}`,
      );
    }
  }
});
