import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { runInGuest } from '../fixtures/guest.ts';
import { openMachine } from '../fixtures/machine.ts';

/** Prints how many nanoseconds a CPUID instruction takes: the quickest of some rounds. */
const timeCpuid = `
import ctypes, mmap, time
# push rbx; mov esi, 2000; again: mov eax, 4; xor ecx, ecx; cpuid; dec esi; jnz again; pop rbx; ret
code = bytes.fromhex("53 be d0070000 b8 04000000 31c9 0fa2 ffce 75f3 5b c3")
memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
memory.write(code)
run = ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(memory)))
def once():
    start = time.perf_counter_ns()
    run()
    return (time.perf_counter_ns() - start) // 2000
print(min(once() for _ in range(10)))
`;

/** Prints the instructions of getppid before a call of it, after the first one and after many. */
const showSite = `
import ctypes
libc = ctypes.CDLL(None)
address = ctypes.cast(libc.getppid, ctypes.c_void_p).value
show = lambda: print(ctypes.string_at(address, 16).hex())
show()
libc.getppid()
show()
for _ in range(100): libc.getppid()
show()
`;

async function openGuest(t: { after(close: () => Promise<void>): void }) {
  const machine = await openMachine();
  t.after(() => machine.close());
  const request = await machine.request('short');
  await machine.engine.start(request);
  await machine.answers(request);
  return async (script: string) => {
    const { code, output } = await runInGuest(request.slot.guestAddress, `python3 -c '${script}'`);
    assert.equal(code, 0, output);
    return output.trim();
  };
}

test('programs ask the processor what it can do, not the sentry', { timeout: 120_000 }, async (t) => {
  const runInside = await openGuest(t);
  const outside = Number(execFileSync('python3', ['-c', timeCpuid], { encoding: 'utf8' }));
  const inside = Number(await runInside(timeCpuid));
  assert.ok(inside <= 3 * outside, `${inside} ns inside, ${outside} outside`);
});

test('a system call is patched where it is called often', { timeout: 120_000 }, async (t) => {
  const runInside = await openGuest(t);
  const [before, once, often] = (await runInside(showSite)).split('\n') as [string, string, string];
  // mov eax, 110; syscall
  assert.match(before, /b86e0000000f05/);
  assert.equal(once, before);
  // jmp to the trap of this site
  assert.match(often, /ff2425.{4}0600/);
});
