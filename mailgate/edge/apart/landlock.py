"""Which files a process of ours may still open: some to read, none to write; the kernel holds it, without root.

Linux 5.13 and later (landlock(7)). What is open already stays open.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CREATE, ADD, RESTRICT = 444, 445, 446  # system calls, the same on every machine
VERSION: Final = 1  # LANDLOCK_CREATE_RULESET_VERSION
BENEATH: Final = 1  # LANDLOCK_RULE_PATH_BENEATH
READ_FILE, READ_DIR = 1 << 2, 1 << 3
FILES: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # by the kernel's version: so many rights to files, a bit each
NET: Final = 4  # from this version on: binding and dialling TCP
SCOPES: Final = 6  # and from this: abstract unix sockets, and signals
PR_SET_NO_NEW_PRIVS: Final = 38  # prctl(2)


def version() -> int:
    """How much of it this kernel knows; less than 1: nothing."""
    return int(ctypes.CDLL(None, use_errno=True).syscall(CREATE, None, 0, VERSION))


def shut(readable: Iterable[Path]) -> bool:
    """From now on this process opens only what is `readable` or lies beneath it, dials nobody and binds no port.

    False where the kernel cannot do that: nothing is lost but this. To be called while there is one thread.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    known = version()
    if known < 1:
        return False
    attributes = struct.pack("=Q", (1 << FILES.get(known, FILES[5])) - 1)
    if known >= NET:
        attributes += struct.pack("=Q", 0b11)
    if known >= SCOPES:
        attributes += struct.pack("=Q", 0b11)
    rules = libc.syscall(CREATE, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path)
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            return False
        return not libc.syscall(RESTRICT, rules, 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there is not read either
    try:
        rights = READ_FILE | (READ_DIR if path.is_dir() else 0)
        rule = struct.pack("=Qi", rights, handle)
        libc.syscall(ADD, rules, BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(handle)
