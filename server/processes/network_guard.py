"""No internet for this process: a seccomp filter on socket(2), installed without privileges.

SERVICE has no switch in the engine; with this filter it gets "Permission denied".  The filter covers x86-64 and arm64
Linux; elsewhere the lexer, which refuses SERVICE before the engine sees it, is the guard.

Source: seccomp(2), and the layout of `struct seccomp_data` in linux/seccomp.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

# Machine → AUDIT_ARCH_*, and the number of socket(2).
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_X32 = 0x40000000
"""Set in the number of a call of the x32 ABI, which shares x86-64's architecture word."""
_LOAD, _EQUAL, _GREATER_OR_EQUAL, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EACCES
_AF_INET, _AF_INET6 = 2, 10
_IO_URING_SETUP = 425
"""The same number on both; io_uring can open sockets without socket(2)."""
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER_MODE = 38, 22, 2


def deny_internet() -> bool:
    """Whether sockets of IPv4 and IPv6 are now denied to this process and its children.

    Raises OSError where the kernel refuses the filter.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    architecture, socket_number = _MACHINES[platform.machine()]
    program = (
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_GREATER_OR_EQUAL, 5, 0, _X32),
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 4, socket_number),
        (_LOAD, 0, 0, 16),  # the first argument: the address family
        (_EQUAL, 1, 0, _AF_INET),
        (_EQUAL, 0, 1, _AF_INET6),
        (_RETURN, 0, 0, _DENY),
        (_RETURN, 0, 0, _ALLOW),
    )
    instructions = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(instructions)
    filter_ = struct.pack("HxxxxxxP", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _FILTER_MODE, ctypes.c_char_p(filter_), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "the kernel refuses the seccomp filter")
    return True
