"""Vector code that Numba cannot write by itself: 64 replicates side by side in registers, seven windows at once.

Plain loops over arrays keep the counts in memory and gain nothing; here they stay in registers along a whole list of
places. LLVM fits the 64 bytes to the machine: one AVX-512 register, two of AVX2, four of anything less.
"""

from __future__ import annotations

from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 64
WINDOWS = 7
ROW_BYTES = LANES * WINDOWS
DAY_VECTORS = 6
DAYS = LANES * DAY_VECTORS
BYTE, WORD, LONG = ir.IntType(8), ir.IntType(32), ir.IntType(64)
LANE_BYTES, LANE_BITS = ir.VectorType(BYTE, LANES), ir.VectorType(ir.IntType(1), LANES)


def has_vectors() -> bool:
    """Tell whether this machine has registers for it; elsewhere the plain path is as fast."""
    features = binding.get_host_cpu_features()
    return bool(features.get("avx2") or features.get("sve") or features.get("neon"))


def _at(builder: Any, address: Any, offset: Any, kind: Any) -> Any:
    return builder.inttoptr(builder.add(address, offset), kind.as_pointer())


def _saturating(builder: Any, name: str, a: Any, b: Any) -> Any:
    kind = ir.FunctionType(LANE_BYTES, [LANE_BYTES, LANE_BYTES])
    function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.sat.v{LANES}i8")
    return builder.call(function, [a, b])


def _spread(builder: Any, byte: Any) -> Any:
    first_lane = builder.insert_element(ir.Constant(LANE_BYTES, ir.Undefined), byte, WORD(0))
    return builder.shuffle_vector(first_lane, first_lane, ir.Constant(ir.VectorType(WORD, LANES), [0] * LANES))


@intrinsic
def sweep(
    context: Any,
    near: Any,
    chunk_ends: Any,
    chunk_bins: Any,
    thresholds: Any,
    offsets: Any,
    chunks: Any,
    chunk: Any,
    place: Any,
    rows: Any,
    counts: Any,
    marks: Any,
) -> Any:
    """Add rows of counts, place by place, until a lane reaches a threshold at the end of a chunk.

    All arguments are int64, most of them addresses: `near` int32 rows of the centre's list; `chunk_ends` int32 (k where
    each chunk ends); `chunk_bins` int32 (which thresholds hold for it); `thresholds` uint8, eight a bin, one for each
    window; `offsets` uint8, eight a chunk; `rows` 7 x 64 uint8 each;
    `counts` 7 x 64 uint8, read and written; `marks` two uint64: lanes that reached a threshold (written), lanes whose
    counts are no longer exact because an offset was greater than they (added to). Returns the chunk, or `chunks`.

    Long because it writes one loop, instruction by instruction.
    """
    signature = types.int64(*[types.int64] * 11)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Generate the code.

        Long because it writes one loop, instruction by instruction.
        """
        near, chunk_ends, chunk_bins, thresholds, offsets, chunks, chunk, place, rows, counts, marks = arguments
        entry = builder.block
        outer, shift, places, add, check, more, hit, end = (
            builder.append_basic_block(name)
            for name in ("chunk", "shift", "places", "add", "check", "more", "hit", "end")
        )
        first = [builder.load(_at(builder, counts, LONG(w * LANES), LANE_BYTES), align=64) for w in range(WINDOWS)]
        builder.branch(outer)

        builder.position_at_end(outer)
        q, k = builder.phi(LONG), builder.phi(LONG)
        acc = [builder.phi(LANE_BYTES) for _ in range(WINDOWS)]
        going = builder.append_basic_block("going")
        builder.cbranch(builder.icmp_signed("<", q, chunks), going, end)
        builder.position_at_end(going)
        eight = builder.mul(q, LONG(8))
        last = builder.sext(builder.load(_at(builder, chunk_ends, builder.mul(q, LONG(4)), WORD), align=4), LONG)
        any_offset = builder.load(_at(builder, offsets, eight, LONG), align=8)
        builder.cbranch(builder.icmp_unsigned("!=", any_offset, LONG(0)), shift, places)

        builder.position_at_end(shift)
        lost = None
        shifted = []
        for w in range(WINDOWS):
            by = _spread(builder, builder.load(_at(builder, offsets, builder.add(eight, LONG(w)), BYTE), align=1))
            less = builder.bitcast(builder.icmp_unsigned("<", acc[w], by), LONG)
            lost = less if lost is None else builder.or_(lost, less)
            shifted.append(_saturating(builder, "usub", acc[w], by))
        dirty_at = _at(builder, marks, LONG(8), LONG)
        builder.store(builder.or_(builder.load(dirty_at, align=8), lost), dirty_at, align=8)
        builder.branch(places)

        builder.position_at_end(places)
        begun = [builder.phi(LANE_BYTES) for _ in range(WINDOWS)]
        for w in range(WINDOWS):
            begun[w].add_incoming(acc[w], going)
            begun[w].add_incoming(shifted[w], shift)
        builder.branch(add)

        builder.position_at_end(add)
        i = builder.phi(LONG)
        held = [builder.phi(LANE_BYTES) for _ in range(WINDOWS)]
        row = builder.sext(builder.load(_at(builder, near, builder.mul(i, LONG(4)), WORD), align=4), LONG)
        base = builder.mul(row, LONG(ROW_BYTES))
        summed = []
        for w in range(WINDOWS):
            more_counts = builder.load(_at(builder, rows, builder.add(base, LONG(w * LANES)), LANE_BYTES), align=64)
            summed.append(_saturating(builder, "uadd", held[w], more_counts))
        following = builder.add(i, LONG(1))
        i.add_incoming(k, places)
        i.add_incoming(following, add)
        for w in range(WINDOWS):
            held[w].add_incoming(begun[w], places)
            held[w].add_incoming(summed[w], add)
        builder.cbranch(builder.icmp_signed("<", following, last), add, check)

        builder.position_at_end(check)
        own = builder.load(_at(builder, chunk_bins, builder.mul(q, LONG(4)), WORD), align=4)
        own = builder.mul(builder.sext(own, LONG), LONG(8))
        reached = None
        for w in range(WINDOWS):
            least = builder.load(_at(builder, thresholds, builder.add(own, LONG(w)), BYTE), align=1)
            there = builder.icmp_unsigned(">=", summed[w], _spread(builder, least))
            reached = there if reached is None else builder.or_(reached, there)
        lanes = builder.bitcast(reached, LONG)
        builder.cbranch(builder.icmp_unsigned("!=", lanes, LONG(0)), hit, more)

        builder.position_at_end(more)
        next_q = builder.add(q, LONG(1))
        builder.branch(outer)
        q.add_incoming(chunk, entry)
        q.add_incoming(next_q, more)
        k.add_incoming(place, entry)
        k.add_incoming(last, more)
        for w in range(WINDOWS):
            acc[w].add_incoming(first[w], entry)
            acc[w].add_incoming(summed[w], more)

        builder.position_at_end(hit)
        builder.store(lanes, _at(builder, marks, LONG(0), LONG), align=8)
        for w in range(WINDOWS):
            builder.store(summed[w], _at(builder, counts, LONG(w * LANES), LANE_BYTES), align=64)
        builder.branch(end)

        builder.position_at_end(end)
        answer = builder.phi(LONG)
        answer.add_incoming(q, outer)
        answer.add_incoming(q, hit)
        return answer

    return signature, code


@intrinsic
def lowest(context: Any, lanes: Any) -> Any:
    """Return the number of the lowest bit that is set, or 64."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), code


@intrinsic
def sweep_days(
    context: Any,
    near: Any,
    chunk_ends: Any,
    chunk_bins: Any,
    chunks: Any,
    chunk: Any,
    place: Any,
    rows: Any,
    counts: Any,
    thresholds: Any,
    windows: Any,
) -> Any:
    """Add rows of daily counts of one replicate, place by place, until a window exceeds its threshold at a chunk's end.

    As `sweep`; `rows` are 384 days of uint8, `counts` 384 days and zeros behind them for the longest window,
    `chunk_bins` int32 says which of the `thresholds` (by bin, window length and first day; one less than the least
    count) hold for a chunk. `counts` is what was counted at the end of the chunk that is returned.

    Long because it writes one loop, instruction by instruction.
    """
    signature = types.int64(*[types.int64] * 10)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Generate the code.

        Long because it writes one loop, instruction by instruction.
        """
        near, chunk_ends, chunk_bins, chunks, chunk, place, rows, counts, thresholds, windows = arguments
        many = range(DAY_VECTORS)
        entry = builder.block
        outer, going, add, check, window, judge, more, end = (
            builder.append_basic_block(name)
            for name in ("chunk", "going", "add", "check", "window", "judge", "more", "end")
        )
        none = ir.Constant(LANE_BYTES, [0] * LANES)
        first = [builder.load(_at(builder, counts, LONG(j * LANES), LANE_BYTES), align=64) for j in many]
        builder.branch(outer)

        builder.position_at_end(outer)
        q, k = builder.phi(LONG), builder.phi(LONG)
        acc = [builder.phi(LANE_BYTES) for _ in many]
        builder.cbranch(builder.icmp_signed("<", q, chunks), going, end)
        builder.position_at_end(going)
        four = builder.mul(q, LONG(4))
        last = builder.sext(builder.load(_at(builder, chunk_ends, four, WORD), align=4), LONG)
        builder.branch(add)

        builder.position_at_end(add)
        i = builder.phi(LONG)
        held = [builder.phi(LANE_BYTES) for _ in many]
        row = builder.sext(builder.load(_at(builder, near, builder.mul(i, LONG(4)), WORD), align=4), LONG)
        base = builder.mul(row, LONG(DAYS))
        summed = []
        for j in many:
            daily = builder.load(_at(builder, rows, builder.add(base, LONG(j * LANES)), LANE_BYTES), align=64)
            summed.append(_saturating(builder, "uadd", held[j], daily))
        following = builder.add(i, LONG(1))
        i.add_incoming(k, going)
        i.add_incoming(following, add)
        for j in many:
            held[j].add_incoming(acc[j], going)
            held[j].add_incoming(summed[j], add)
        builder.cbranch(builder.icmp_signed("<", following, last), add, check)

        builder.position_at_end(check)
        for j in many:
            builder.store(summed[j], _at(builder, counts, LONG(j * LANES), LANE_BYTES), align=64)
        which = builder.sext(builder.load(_at(builder, chunk_bins, four, WORD), align=4), LONG)
        least = builder.add(thresholds, builder.mul(which, builder.mul(windows, LONG(DAYS))))
        builder.branch(window)

        builder.position_at_end(window)
        w = builder.phi(LONG)
        sums = [builder.phi(LANE_BYTES) for _ in many]
        over = builder.phi(LANE_BYTES)
        ahead = builder.add(counts, w)
        own = builder.add(least, builder.mul(w, LONG(DAYS)))
        wider, beyond = [], over
        for j in many:
            daily = builder.load(_at(builder, ahead, LONG(j * LANES), LANE_BYTES), align=1)
            wider.append(_saturating(builder, "uadd", sums[j], daily))
            bar = builder.load(_at(builder, own, LONG(j * LANES), LANE_BYTES), align=64)
            beyond = builder.or_(beyond, _saturating(builder, "usub", wider[j], bar))
        next_w = builder.add(w, LONG(1))
        w.add_incoming(LONG(0), check)
        w.add_incoming(next_w, window)
        over.add_incoming(none, check)
        over.add_incoming(beyond, window)
        for j in many:
            sums[j].add_incoming(none, check)
            sums[j].add_incoming(wider[j], window)
        builder.cbranch(builder.icmp_signed("<", next_w, windows), window, judge)

        builder.position_at_end(judge)
        reached = builder.bitcast(builder.icmp_unsigned("!=", beyond, none), LONG)
        builder.cbranch(builder.icmp_unsigned("!=", reached, LONG(0)), end, more)

        builder.position_at_end(more)
        next_q = builder.add(q, LONG(1))
        builder.branch(outer)
        q.add_incoming(chunk, entry)
        q.add_incoming(next_q, more)
        k.add_incoming(place, entry)
        k.add_incoming(last, more)
        for j in many:
            acc[j].add_incoming(first[j], entry)
            acc[j].add_incoming(summed[j], more)

        builder.position_at_end(end)
        return q

    return signature, code


@intrinsic
def mark_windows(context: Any, counts: Any, thresholds: Any, windows: Any, marks: Any, sums: Any) -> Any:
    """Say which windows exceed their thresholds, by length and first day: `marks` 6 uint64 a length, `sums` 384 uint8.

    `counts` as `sweep_days` left them, `thresholds` those of the chunk's bin.
    """
    signature = types.void(*[types.int64] * 5)

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        counts, thresholds, windows, marks, sums = arguments
        many = range(DAY_VECTORS)
        entry = builder.block
        window, end = builder.append_basic_block("window"), builder.append_basic_block("end")
        none = ir.Constant(LANE_BYTES, [0] * LANES)
        builder.branch(window)
        builder.position_at_end(window)
        w = builder.phi(LONG)
        held = [builder.phi(LANE_BYTES) for _ in many]
        ahead, days = builder.add(counts, w), builder.mul(w, LONG(DAYS))
        wider = []
        for j in many:
            at = builder.add(days, LONG(j * LANES))
            daily = builder.load(_at(builder, ahead, LONG(j * LANES), LANE_BYTES), align=1)
            wider.append(_saturating(builder, "uadd", held[j], daily))
            bar = builder.load(_at(builder, thresholds, at, LANE_BYTES), align=64)
            over = builder.bitcast(builder.icmp_unsigned(">", wider[j], bar), LONG)
            place = builder.mul(builder.add(builder.mul(w, LONG(DAY_VECTORS)), LONG(j)), LONG(8))
            builder.store(over, _at(builder, marks, place, LONG), align=8)
            builder.store(wider[j], _at(builder, sums, at, LANE_BYTES), align=64)
        next_w = builder.add(w, LONG(1))
        w.add_incoming(LONG(0), entry)
        w.add_incoming(next_w, window)
        for j in many:
            held[j].add_incoming(none, entry)
            held[j].add_incoming(wider[j], window)
        builder.cbranch(builder.icmp_signed("<", next_w, windows), window, end)
        builder.position_at_end(end)
        return context.get_dummy_value()

    return signature, code
