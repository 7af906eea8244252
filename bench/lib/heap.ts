/** Script of a process that holds so much memory that is not zero, says so and stays. */
export function holdHeap(mib: number): string {
  return `exec python3 -c 'import os, time
held = bytearray(os.urandom(1 << 20) * ${mib})
print("held", flush=True)
time.sleep(1e6)'`;
}

/** Script that starts another one, which prints something once it is ready, and ends then. */
export function inBackground(script: string): string {
  return `sh -c "$(cat <<'SCRIPT'
${script}
SCRIPT
)" > /tmp/ready 2>&1 & until [ -s /tmp/ready ]; do sleep 0.05; done`;
}
