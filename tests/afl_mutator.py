#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""usage: afl_mutator.py LIBRARY SEEDS OUTPUT

Calls a target's AFL++ mutator as afl-fuzz does: equal seeds give equal mutations, others give others;
trimming makes nothing larger and ends. OUTPUT gets what trimming made, for `sluice show` to read."""

import ctypes
import pathlib
import sys

MAX = 4096


def load(path):
    library = ctypes.CDLL(path)
    library.afl_custom_init.restype = ctypes.c_void_p
    library.afl_custom_fuzz.restype = ctypes.c_size_t
    library.afl_custom_trim.restype = ctypes.c_size_t
    library.afl_custom_describe.restype = ctypes.c_char_p
    return library


def mutate(library, state, data, other):
    out = ctypes.c_void_p()
    size = library.afl_custom_fuzz(ctypes.c_void_p(state), data, ctypes.c_size_t(len(data)),
                                   ctypes.byref(out), other, ctypes.c_size_t(len(other)),
                                   ctypes.c_size_t(MAX))
    return ctypes.string_at(out.value, size)


def mutations(library, seed, inputs):
    state = library.afl_custom_init(None, ctypes.c_uint(seed))
    made = [mutate(library, state, data, other) for data in inputs for other in inputs[:8]]
    name = library.afl_custom_describe(ctypes.c_void_p(state), ctypes.c_size_t(64))
    assert name in (b"scenario", b"splice"), name
    library.afl_custom_deinit(ctypes.c_void_p(state))
    return made


def trim(library, data, accept):
    """All steps; @accept: how many of the candidates take the same path, one in so many. The smallest one."""
    out = ctypes.c_void_p()
    best = data
    steps = library.afl_custom_init_trim(None, data, ctypes.c_size_t(len(data)))
    step = 0
    while step < steps:
        size = library.afl_custom_trim(None, ctypes.byref(out))
        assert size <= len(best), f"a candidate of {size} bytes, the best has {len(best)}"
        takes = bool(size) and step % accept == 0
        if takes:
            best = ctypes.string_at(out.value, size)
        following = library.afl_custom_post_trim(None, ctypes.c_ubyte(takes))
        assert following > step, "no step forward"
        step = following
    return best


def main(path, seeds, output):
    library = load(path)
    inputs = [file.read_bytes() for file in sorted(pathlib.Path(seeds).iterdir())]
    assert inputs, "no seeds"
    first = mutations(library, 1, inputs)
    assert first == mutations(library, 1, inputs), "equal seeds, other mutations"
    assert first != mutations(library, 2, inputs), "another seed, equal mutations"
    assert all(0 < len(data) <= MAX for data in first)
    pathlib.Path(output).mkdir()
    smaller = 0
    for number, data in enumerate(inputs):
        for accept in (1, 3):
            best = trim(library, data, accept)
            smaller += len(best) < len(data)
            (pathlib.Path(output) / f"{number}-{accept}").write_bytes(best)
    assert smaller > len(inputs) // 2, f"{smaller} of {2 * len(inputs)} became smaller"


main(*sys.argv[1:])
