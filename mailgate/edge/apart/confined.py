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
LOAD, EQUAL, AT_LEAST, HAS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: a word, compare, answer (linux/filter.h)
ALLOW, REFUSE, UNKNOWN = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
CLONE_THREAD: Final = 0x10000  # clone(2)
NUMBER, MACHINE, FIRST = 0, 4, 16  # where in seccomp_data(2) these words lie; FIRST: the low half of an argument
X32: Final = 0x40000000  # calls of another x86 ABI begin here

# The machine's mark (linux/audit.h), and the numbers of calls that nobody needs who has what he listens on, or
# (BOUNDED) needs in one way only.
MACHINES: Final = {
    "x86_64": (0xC000003E, {
        "socket": 41, "connect": 42, "clone": 56, "fork": 57, "vfork": 58, "execve": 59, "kill": 62, "ptrace": 101,
        "rt_sigqueueinfo": 129, "tkill": 200, "tgkill": 234, "rt_tgsigqueueinfo": 297, "prlimit64": 302,
        "process_vm_readv": 310, "process_vm_writev": 311, "execveat": 322, "pidfd_send_signal": 424,
        "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
    }),
    "aarch64": (0xC00000B7, {
        "ptrace": 117, "kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138, "socket": 198, "connect": 203,
        "clone": 220, "execve": 221, "rt_tgsigqueueinfo": 240, "prlimit64": 261, "process_vm_readv": 270,
        "process_vm_writev": 271, "execveat": 281, "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434,
        "clone3": 435, "pidfd_getfd": 438,
    }),
}  # fmt: skip
BOUNDED: Final = ("kill", "tgkill", "prlimit64", "clone", "clone3")


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
    """The filter: calls of another machine's kind and those named are refused.

    Signals reach `pid` alone, limits ourselves, and `clone` begins threads; of `clone3`, whose arguments no filter
    sees, the C library hears that there is none, and takes the other.
    """
    refused = [number for name, number in calls.items() if name not in BOUNDED]
    steps = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, machine),
        (RETURN, 0, 0, REFUSE),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, REFUSE),
        *(step for number in refused for step in ((EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE))),
        (EQUAL, 0, 1, calls["clone3"]),
        (RETURN, 0, 0, UNKNOWN),
        *_only(calls["kill"], EQUAL, pid),
        *_only(calls["tgkill"], EQUAL, pid),
        *_only(calls["prlimit64"], EQUAL, 0),
        *_only(calls["clone"], HAS, CLONE_THREAD),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _only(call: int, compare: int, value: int) -> list[tuple[int, int, int, int]]:
    """A call that is allowed when its first argument compares so with a value."""
    return [
        (EQUAL, 0, 4, call),
        (LOAD, 0, 0, FIRST),
        (compare, 1, 0, value),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
