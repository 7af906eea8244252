"""Lets process 1 of a guest execute another program, as root in the guest can: python3 with the given script.

The agent is stopped with ptrace, a system call is written over its code, and it goes on there. (x86-64)
"""

import ctypes
import os
import struct
import sys

PEER = 1
ATTACH, POKE, GETREGS, SETREGS, DETACH = 16, 4, 12, 13, 17
ANY_CHILD = 0x40000000
EXECVE = 59
REGISTERS = (
    "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
    "ds es fs gs"
)

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long] * 4


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulong) for name in REGISTERS.split()]


def ptrace(request, address=0, data=0, task=PEER):
    if libc.ptrace(request, task, address, data):
        raise OSError(ctypes.get_errno(), f"ptrace {request}")


def poke(address, data):
    for at in range(0, len(data), 8):
        ptrace(POKE, address + at, struct.unpack("<q", data[at : at + 8].ljust(8, b"\0"))[0])


# All of its threads stand still meanwhile: one that ran into what is written there would end the guest.
# A thread that still runs may make another one, so that they are listed until all of them are held.
held = set()
while running := set(map(int, os.listdir(f"/proc/{PEER}/task"))) - held:
    for thread in running:
        ptrace(ATTACH, task=thread)
        os.waitpid(thread, ANY_CHILD)
    held |= running
registers = Registers()
ptrace(GETREGS, 0, ctypes.addressof(registers))

code = registers.rip
words = [b"/usr/bin/python3\0", b"python3\0", sys.argv[1].encode() + b"\0"]
strings = code + 16
places = [strings + sum(map(len, words[:at])) for at in range(len(words))]
arguments = strings + 512
# syscall; mov eax, EXECVE; jmp back: the kernel may first restart a call that the thread was in, or refuse for a moment.
poke(code, b"\x0f\x05" + b"\xb8\x3b\0\0\0" + b"\xeb\xf7")
poke(strings, b"".join(words))
poke(arguments, struct.pack("<QQQ", places[1], places[2], 0))

registers.rip, registers.rax, registers.orig_rax = code, EXECVE, 2**64 - 1
registers.rdi, registers.rsi, registers.rdx = places[0], arguments, arguments + 16
ptrace(SETREGS, 0, ctypes.addressof(registers))
ptrace(DETACH)
