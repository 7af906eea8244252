import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { claim } from './claim.ts';
import { claimRange, pickGuestRange } from './guest-range.ts';

const skip = process.getuid?.() !== 0 && 'needs root';

test('what another process holds is not given out, and is free again when that is killed', {
  skip,
}, async () => {
  const name = `test-${process.pid}`;
  const script = `import { claim } from ${JSON.stringify(import.meta.resolve('./claim.ts'))};
console.log(claim(${JSON.stringify(name)}));
setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(holder.stdout, 'data');
  assert.equal(String(said), 'true\n');
  assert.equal(claim(name), false);
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
  assert.equal(claim(name), true);
  assert.equal(claim(name), false);
});

test('ranges are given out once, and none that the machine routes', { skip }, () => {
  const ranges = Array.from({ length: 20 }, () => pickGuestRange());
  assert.equal(new Set(ranges).size, 20);
  const draws = [ranges[0]!, ranges[1]!, '127.0.0.0/30'];
  assert.equal(
    claimRange(() => draws.shift()!),
    '127.0.0.0/30',
  );
});
