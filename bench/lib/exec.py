"""Runs /bin/true in the sandbox named by its argument, once a line of input, and prints the milliseconds."""

import sys
import time

from nullspace import Sandbox

sandbox = Sandbox.connect(sys.argv[1])
for _ in sys.stdin:
    started = time.perf_counter()
    sandbox.commands.run("/bin/true")
    print((time.perf_counter() - started) * 1000, flush=True)
