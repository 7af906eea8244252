import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildFailure } from '../../../src/builds/build-failure.ts';
import { freshState } from '../../../src/builds/plan/build-state.ts';
import { ContextTree } from '../../../src/builds/plan/context-tree.ts';
import { planDockerfile, planTriggers } from '../../../src/builds/plan/dockerfile/plan-dockerfile.ts';
import { platform } from '../../../src/builds/plan/dockerfile/platform.ts';
import { evaluateStage } from '../../../src/builds/plan/evaluate-stage.ts';

const file = (path: string) => ({ path, entry_type: 'file' as const, blob_id: 'blob_x' });
const context = new ContextTree(['a.txt', 'b c.txt', 'x.bin', 'src/main.py'].map(file));
const [, machine] = platform.split('/');

async function evaluate(text: string, imageEnv: Record<string, string> = { PATH: '/bin', KIND: 'image' }) {
  const stage = planDockerfile(text).at(-1)!;
  const options = {
    context,
    skipCache: false,
    keyOfStage: async (from: string | number) => `key of ${from}`,
  };
  const { operations, state } = await evaluateStage(
    stage,
    { key: 'k', state: freshState(), imageEnv },
    options,
  );
  return { state, actions: operations.map(({ action }) => action), envs: state.envs };
}

const runs = async (text: string) =>
  (await evaluate(text)).actions.flatMap((action) => (action.kind === 'run' ? [action] : []));
const script = async (text: string) => (await runs(text)).at(-1)!.argv.at(-1);
const written = async (text: string) =>
  (await evaluate(text)).actions.flatMap((action) => (action.kind === 'write' ? [action] : []));

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is the syntax of Dockerfiles
/** What is honoured: an instruction, what is looked at, what it must be. */
const honoured: [string, (text: string) => Promise<unknown>, unknown][] = [
  ['ENV A hello  world', async (text) => (await evaluate(text)).envs, { A: 'hello  world' }],
  [
    'ENV A="a b" B=\'$A\' C=d\\ e',
    async (text) => (await evaluate(text)).envs,
    { A: 'a b', B: '$A', C: 'd e' },
  ],
  ['ENV A="x\\\n y"', async (text) => (await evaluate(text)).envs, { A: 'x y' }],
  ['ENV PATH=/opt/bin:$PATH', async (text) => (await evaluate(text)).envs, { PATH: '/opt/bin:/bin' }],
  ['ENV A=1\nENV A=2 B=$A', async (text) => (await evaluate(text)).envs, { A: '2', B: '1' }],
  ['ENV A=${NONE:-${KIND}}', async (text) => (await evaluate(text)).envs, { A: 'image' }],
  ['ARG A B=2 C=$B\nENV D=$A-$B-$C', async (text) => (await evaluate(text)).envs, { D: '-2-2' }],
  ['ARG KIND=arg\nENV A=$KIND', async (text) => (await evaluate(text)).envs, { A: 'image' }],
  ['ARG KIND=arg\nARG B=b\nRUN x', async (text) => (await runs(text))[0]!.env, { B: 'b' }],
  [
    'ARG TARGETARCH TARGETPLATFORM\nENV A=$TARGETARCH B=$TARGETPLATFORM C=$TARGETOS',
    async (text) => (await evaluate(text)).envs,
    { A: machine, B: platform, C: '' },
  ],
  [
    'RUN ["echo", "two words", "$A"]',
    async (text) => (await runs(text))[0]!.argv,
    ['echo', 'two words', '$A'],
  ],
  ['RUN [ -d / ] && echo yes', script, '[ -d / ] && echo yes'],
  ['RUN echo a && \\\n  # between\n\n  echo "b  c"', script, 'echo a &&   echo "b  c"'],
  ['RUN --network=default --security=sandbox echo x', script, 'echo x'],
  ['RUN cat <<EOF > /x\nline $A\nEOF', script, 'cat <<EOF > /x\nline $A\nEOF\n'],
  ['RUN <<EOF\necho 1\necho 2\nEOF', script, 'echo 1\necho 2\n'],
  ['RUN <<-"EOF"\n\techo 1\n\tEOF', script, 'echo 1\n'],
  ['RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF', script, '#!/usr/bin/env python3\nprint(1)\n'],
  ['RUN cat <<A && cat <<B\n1\nA\n2\nB', script, 'cat <<A && cat <<B\n1\nA\n2\nB\n'],
  [
    'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN x | y',
    async (text) => (await runs(text))[0]!.argv,
    ['/bin/bash', '-o', 'pipefail', '-c', 'x | y'],
  ],
  [
    'WORKDIR /a b\nWORKDIR ../c\nWORKDIR $KIND',
    async (text) => (await evaluate(text)).state.workdir,
    '/c/image',
  ],
  ['USER 1000:50', async (text) => (await evaluate(text)).state.user, '1000:50'],
  ['ARG U=me\nUSER ${U}', async (text) => (await evaluate(text)).state.user, 'me'],
  [
    'COPY ["b c.txt", "a.txt", "/to here/"]',
    async (text) => {
      const [copy] = (await evaluate(text)).actions;
      return copy?.kind === 'copy' && [copy.entries.map(({ name }) => name), copy.dst];
    },
    [['b c.txt', 'a.txt'], '/to here/'],
  ],
  [
    'COPY b\\ c.txt /to',
    async (text) => {
      const [copy] = (await evaluate(text)).actions;
      return copy?.kind === 'copy' && copy.entries[0]!.name;
    },
    'b c.txt',
  ],
  [
    'ARG O=me\nCOPY --link --chown=$O:staff --chmod=0750 [ab]* /x/',
    async (text) => {
      const [copy] = (await evaluate(text)).actions;
      return copy?.kind === 'copy' && [copy.owner, copy.mode, copy.entries.length];
    },
    ['me:staff', 0o750, 2],
  ],
  [
    'COPY --from=busybox:1 --chmod=755 /bin/* /x/',
    async (text) => {
      const [copy] = (await evaluate(text)).actions;
      return copy?.kind === 'copy_stage' && [copy.from, copy.mode, copy.sources];
    },
    ['busybox:1', 0o755, ['/bin/*']],
  ],
  [
    'ADD --chown=1:1 a.txt /x',
    async (text) => {
      const [copy] = (await evaluate(text)).actions;
      return copy?.kind === 'copy' && [copy.isAdd, copy.owner];
    },
    [true, '1:1'],
  ],
  [
    'ENV N=bob\nCOPY <<EOF <<"RAW" /x/\n"$N"\nEOF\n$N\nRAW',
    async (text) => (await written(text)).map(({ dst, content }) => [dst, content]),
    [
      ['/x/EOF', '"bob"\n'],
      ['/x/RAW', '$N\n'],
    ],
  ],
  [
    'COPY --chmod=600 --chown=me <<EOF /etc/conf\nx\nEOF',
    async (text) => (await written(text)).map(({ dst, mode, owner }) => [dst, mode, owner]),
    [['/etc/conf', 0o600, 'me']],
  ],
  [
    'EXPOSE 80 53/UDP 8000-8002\nARG P=99\nEXPOSE $P',
    async (text) => (await evaluate(text)).state.metadata.exposed_ports,
    ['80/tcp', '53/udp', '8000/tcp', '8001/tcp', '8002/tcp', '99/tcp'],
  ],
  [
    'ARG D=/data\nVOLUME $D /b\nVOLUME ["/c d"]',
    async (text) => (await evaluate(text)).state.metadata.volumes,
    ['/data', '/b', '/c d'],
  ],
  [
    'LABEL "a b"="c d" e=$KIND\nMAINTAINER me <m@x.test>\nCMD ["run", "$it"]\nENTRYPOINT it\'s $X',
    async (text) => (await evaluate(text)).state.metadata.labels,
    {
      'a b': 'c d',
      e: 'image',
      maintainer: 'me <m@x.test>',
      'nullspace.cmd': '["run", "$it"]',
      'nullspace.entrypoint': "it's $X",
    },
  ],
  [
    'HEALTHCHECK --interval=1m30s --timeout=500ms --retries=2 CMD curl -f localhost || exit 1',
    async (text) => (await evaluate(text)).state.metadata.healthcheck,
    {
      test: ['CMD-SHELL', 'curl -f localhost || exit 1'],
      interval_ns: 90e9,
      timeout_ns: 5e8,
      retries: 2,
      mapped_readiness: {
        kind: 'command',
        command: 'curl -f localhost || exit 1',
        timeout_secs: 180,
        interval_ms: 60_000,
        startup_grace_secs: 0,
      },
    },
  ],
  [
    'HEALTHCHECK CMD ["a", "b c"]\nHEALTHCHECK NONE',
    async (text) => (await evaluate(text)).state.metadata.healthcheck,
    { test: ['NONE'] },
  ],
  [
    'RUN --mount=type=secret,id=k,env=K --mount=type=secret,target=/t/own,required x',
    async (text) => (await runs(text))[0]!.secrets,
    [
      { id: 'k', env: 'K', target: '', required: false },
      { id: 'own', env: '', target: '/t/own', required: true },
    ],
  ],
  [
    'WORKDIR /w\nRUN --mount=type=cache,id=k,sharing=locked,target=c/,uid=7,mode=0700 --mount=type=tmpfs,dst=/t x',
    async (text) => (await runs(text))[0]!.folders,
    [
      { target: '/w/c', mode: '0700', owner: '7:0' },
      { target: '/t', mode: '1777', owner: '0:0' },
    ],
  ],
];

for (const [lines, look, expected] of honoured) {
  test(`honours ${JSON.stringify(lines)}`, async () => {
    assert.deepEqual(await look(`FROM a\n${lines}\n`), expected);
  });
}

/** What is refused: the line that is named, and the file. */
const refused: [number, string][] = [
  [1, '# escape=`\nFROM a'],
  [2, '# syntax=docker/dockerfile:1\n# escape=`\nFROM a'],
  [1, '# syntax=example.com/other/language\nFROM a'],
  [1, 'RUN x'],
  [2, 'ARG A=1\nENV A=2\nFROM a'],
  [1, 'FROM --platform=linux/s390x a'],
  [1, 'FROM --platform=windows/amd64 a'],
  [1, 'FROM $NONE'],
  [1, 'FROM a b'],
  [1, 'FROM a AS 1x'],
  [1, 'FROM ${A'],
  [2, 'FROM a\nARG 1a=2'],
  [2, 'FROM a\nENV A'],
  [2, 'FROM a\nENV A=1 B'],
  [2, 'FROM a\nENV A="open'],
  [2, 'FROM a\nENV A=${B^^}'],
  [2, 'FROM a\nLABEL x'],
  [2, 'FROM a\nUSER'],
  [2, 'FROM a\nWORKDIR'],
  [2, 'FROM a\nSHELL /bin/sh -c'],
  [2, 'FROM a\nEXPOSE http'],
  [2, 'FROM a\nEXPOSE 70000'],
  [2, 'FROM a\nVOLUME []'],
  [2, 'FROM a\nRUN'],
  [2, 'FROM a\nRUN []'],
  [2, 'FROM a\nRUN <<EOF\necho 1'],
  [2, 'FROM a\nRUN --mount=type=bind,target=/x make'],
  [2, 'FROM a\nRUN --mount=target=/x make'],
  ...['', 'target=/', 'target=/a/../b', 'target=/c,from=a', 'target=/c,ro', 'target=/c,mode=u+x'].map(
    (rest): [number, string] => [2, `FROM a\nRUN --mount=type=cache,${rest} make`],
  ),
  [2, 'FROM a\nRUN --mount=type=cache,target=/c,uid=me make'],
  [2, 'FROM a\nRUN --mount=type=cache,target=/c,sharing=none make'],
  [2, 'FROM a\nRUN --mount=type=tmpfs,target=/c,size=9 make'],
  [2, 'FROM a\nRUN --mount=type=ssh git clone x'],
  [2, 'FROM a\nRUN --mount=type=secret,id=a,mode=0444 x'],
  [2, 'FROM a\nRUN --mount=type=secret,id=$A x'],
  [2, 'FROM a\nRUN --network=none make'],
  [2, 'FROM a\nRUN --network=host make'],
  [2, 'FROM a\nRUN --security=insecure make'],
  [2, 'FROM a\nRUN --device=gpu make'],
  [2, 'FROM a\nCOPY a.txt'],
  [2, 'FROM a\nCOPY --parents a.txt /x/'],
  [2, 'FROM a\nCOPY --exclude=*.md a.txt /x/'],
  [2, 'FROM a\nCOPY --chmod=u+x a.txt /x'],
  [2, 'FROM a\nCOPY --chmod=$M a.txt /x'],
  [2, 'FROM a\nCOPY --from=$X a /x'],
  [2, 'FROM a\nCOPY --from=0 a /x'],
  [2, 'FROM a AS me\nCOPY --from=me a /x'],
  [2, 'FROM a AS x\nCOPY --from=1 a /x\nFROM x'],
  [3, 'FROM a\nFROM b\nCOPY --from=7 a /x'],
  [2, 'FROM a\nADD https://x.test/y /y'],
  [2, 'FROM a\nADD git@x.test:a/b.git /y'],
  [2, 'FROM a\nADD --checksum=sha256:1 a.txt /y'],
  [2, 'FROM a\nADD --keep-git-dir=true a.txt /y'],
  [2, 'FROM a\nADD --unpack=true a.txt /y'],
  [2, 'FROM a\nADD x.tar.gz /y'],
  [3, 'FROM a\n\nONBUILD RUN x'],
  [2, 'FROM a\nSTOPSIGNAL SIGINT'],
  [2, 'FROM a\nHEALTHCHECK curl x'],
  [2, 'FROM a\nHEALTHCHECK --interval=soon CMD x'],
  [2, 'FROM a\nHEALTHCHECK --often CMD x'],
  [2, 'FROM a\nCMD --x y\nFLY away'],
  [2, 'FROM a\nINCLUDE other'],
];

for (const [line, text] of refused) {
  test(`refuses by line ${line}: ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => planDockerfile(text),
      (error) => {
        assert.ok(error instanceof BuildFailure, String(error));
        assert.equal(error.detail.details?.line, line, error.message);
        assert.match(error.message, new RegExp(`^Line ${line} of the Dockerfile: `));
        return true;
      },
    );
  });
}

for (const lines of [
  'ARG URL=https://x.test/y\nADD $URL /y',
  'ARG FILE=x.tar.gz\nADD $FILE /y',
  'ARG P=http\nEXPOSE $P',
  'ENV A=${NONE:?is needed}',
  'USER $NONE',
  'COPY a.txt $NONE',
]) {
  test(`refuses once its variables are known: ${JSON.stringify(lines)}`, async () => {
    const line = lines.split('\n').length + 1;
    await assert.rejects(evaluate(`FROM a\n${lines}\n`), (error) => {
      assert.equal((error as BuildFailure).detail.details?.line, line);
      return true;
    });
  });
}

test('an instruction that there is not is named as such', () => {
  assert.throws(() => planDockerfile('FROM a\nFLY'), /Line 2 of the Dockerfile: FLY is not supported/);
});

test('an image that sets no PATH has the usual one', async () => {
  const { envs } = await evaluate('FROM a\nENV PATH=/opt:$PATH\n', {});
  assert.equal(envs.PATH, '/opt:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
});

test('FROM knows arguments before the first one, platforms and stages', () => {
  const text = [
    '# syntax=docker/dockerfile:1.7',
    '# check=skip=all',
    'ARG VERSION=1.2 NAME=py',
    'FROM --platform=$BUILDPLATFORM ${NAME}thon:${VERSION%.*} as Build',
    `FROM --platform=linux/${machine} build AS build`,
    'FROM BUILD',
  ].join('\r\n');
  assert.deepEqual(
    planDockerfile(text).map(({ base, name }) => [base, name]),
    [
      ['python:1', 'build'],
      [0, 'build'],
      [1, undefined],
    ],
  );
});

test('what an image has its children do first is planned at its FROM', () => {
  const place = { line: 4, index: 2 };
  const planned = planTriggers(['COPY a.txt /x/', 'RUN echo "a  b"'], place);
  assert.deepEqual(
    planned.map(({ kind, line, index }) => [kind, line, index]),
    [
      ['copy', 4, 2],
      ['run', 4, 2],
    ],
  );
  for (const trigger of ['FROM x', 'ONBUILD RUN x', 'RUN --mount=type=bind,target=/x y', 'RUN a\nRUN b'])
    assert.throws(
      () => planTriggers([trigger], place),
      (error) => (error as BuildFailure).detail.details?.line === 4,
    );
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
