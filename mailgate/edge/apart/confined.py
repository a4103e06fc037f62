"""What a listener may ask of the kernel once it listens: it reads and writes, but reaches nobody and starts nothing."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from typing import Final

PR_SET_NO_NEW_PRIVS: Final = 38  # prctl(2)
PR_SET_SECCOMP: Final = 22
SECCOMP_MODE_FILTER: Final = 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # BPF: a word, compare, answer (linux/filter.h)
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
NUMBER, MACHINE, FIRST = 0, 4, 16  # where in seccomp_data(2) these words lie; FIRST: the low half of an argument
X32: Final = 0x40000000  # calls of another x86 ABI begin here

# The machine's mark (linux/audit.h), and the numbers of calls that nobody needs who has what he listens on.
MACHINES: Final = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101,
        "process_vm_readv": 310, "process_vm_writev": 311, "execveat": 322, "io_uring_setup": 425, "pidfd_open": 434,
        "pidfd_getfd": 438,
    }),
    "aarch64": (0xC00000B7, {
        "ptrace": 117, "kill": 129, "socket": 198, "connect": 203, "execve": 221, "process_vm_readv": 270,
        "process_vm_writev": 271, "execveat": 281, "io_uring_setup": 425, "pidfd_open": 434, "pidfd_getfd": 438,
    }),
}  # fmt: skip


def confine() -> bool:
    """From now on this process connects to nobody, starts no program and touches no other process.

    So whoever took it over reaches neither the control socket nor a relay. False where the machine or its kernel has no
    such filter: nothing is lost but this. To be called while there is one thread.
    """
    known = MACHINES.get(platform.machine())
    if known is None:
        return False
    code = program(*known, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_ = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(filter_), 0, 0)


def program(machine: int, calls: dict[str, int], pid: int) -> bytes:
    """The filter: calls of another machine's kind and those named are refused; `kill` reaches `pid` alone."""
    refused = [number for name, number in calls.items() if name != "kill"]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, machine),
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
        *(step for number in refused for step in ((EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE))),
        (EQUAL, 0, 3, calls["kill"]),
        (LOAD, 0, 0, FIRST),
        (EQUAL, 1, 0, pid),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
