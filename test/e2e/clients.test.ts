import { test } from 'node:test';
import { runPytest } from '../harness/pytest.ts';

test('our Python client passes its tests against a real installation', (context) =>
  runPytest(context, { venv: 'sdk', paths: ['python/tests/live'] }));
