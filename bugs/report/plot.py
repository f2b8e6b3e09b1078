# SPDX-License-Identifier: GPL-2.0-only
"""Survival curves as SVG for page.py: the share not yet detected over the logarithm of the time."""

import html
import math

COLOURS = 10
# So that curves can be told apart without colour at all.
DASHES = ("", "8 3", "2 2.5", "10 3 2 3", "5 2", "12 4", "3 4", "8 3 2 3 2 3", "1 3", "14 3 4 3")
GOALS = (1, 10, 60)


def look(index):
    """The attributes of the line of method @index."""
    dash = DASHES[index % len(DASHES)]
    dash = f' stroke-dasharray="{dash}"' if dash else ""
    return f'stroke="var(--m{index % COLOURS})"{dash}'


def swatch(index):
    return (f'<svg class="swatch" viewBox="0 0 36 12" aria-hidden="true"><path class="curve" '
            f'{look(index)} d="M0 7H36"/></svg>')


class Frame:
    """Where a time and a share are on a plot."""

    def __init__(self, rows, width, height, right):
        self.left, self.top, self.right, self.bottom = 44, 10, width - right, height - 40
        times = [point[0] for row in rows for point in row["curve"] if point[0] > 0]
        first = min(times, default=0.01)
        # Below a millisecond it is the process's start that is measured.
        self.low = min(-1, max(-3, math.floor(math.log10(first))))
        self.high = math.log10(max(1.0, *(row["followed"] for row in rows)))

    def x(self, time):
        log = math.log10(time) if time > 0 else self.low
        part = (min(max(log, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + part * (self.right - self.left)

    def y(self, share):
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, math.floor(self.high + 1e-9) + 1)]


def corners(frame, row, column):
    """The steps of a column of the curve, as (x, y), from 1 to the last that is known."""
    out = [(frame.left, frame.y(1))]
    for point in row["curve"]:
        x, y = frame.x(point[0]), frame.y(point[column])
        out += [(x, out[-1][1]), (x, y)]
    if not row["curve"] or row["curve"][-1][1] > 0:
        out.append((frame.x(row["followed"]), out[-1][1]))
    return out


def path(points):
    """Without the corners that a line runs straight through."""
    words, last = [], None
    for index, (x, y) in enumerate(points):
        here = f"{x:.1f} {y:.1f}"
        straight = 0 < index < len(points) - 1 and (
            points[index - 1][0] == x == points[index + 1][0]
            or points[index - 1][1] == y == points[index + 1][1])
        if here != last and not straight:
            words.append(("L" if words else "M") + here)
            last = here
    return "".join(words)


def band(frame, row):
    low, high = corners(frame, row, 2), corners(frame, row, 3)
    return path(high + low[::-1]) + "Z"


def axes(frame, named):
    out = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = frame.y(share)
        out.append(f'<path class="grid" d="M{frame.left} {y:.1f}H{frame.right}"/>'
                   f'<text x="{frame.left - 6}" y="{y + 4:.1f}" text-anchor="end">'
                   f'{100 * share:.0f}%</text>')
    for time in frame.ticks():
        x = frame.x(time)
        out.append(f'<path class="axis" d="M{x:.1f} {frame.bottom}v5"/><text x="{x:.1f}" '
                   f'y="{frame.bottom + 18}" text-anchor="middle">{time:g}</text>')
    for time in GOALS:
        if time <= 10 ** frame.high:
            out.append(f'<path class="goal" d="M{frame.x(time):.1f} {frame.top}V{frame.bottom}"/>')
    out.append(f'<path class="axis" d="M{frame.left} {frame.top}V{frame.bottom}H{frame.right}"/>')
    if named:
        middle = (frame.left + frame.right) / 2
        out.append(f'<text x="{middle:.1f}" y="{frame.bottom + 35}" text-anchor="middle">'
                   'seconds of CPU</text>')
    return out


def spread(wanted, gap, low, high):
    """Places near @wanted, in order, at least @gap apart and between @low and @high."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    gap = min(gap, (high - low) / max(1, len(wanted) - 1))
    places = [0.0] * len(wanted)
    floor = low
    for index in order:
        places[index] = max(wanted[index], floor)
        floor = places[index] + gap
    ceiling = high
    for index in reversed(order):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places


def labels(frame, rows, letters):
    ends = [corners(frame, row, 1)[-1] for row in rows]
    places = spread([y for _, y in ends], 14, frame.top + 4, frame.bottom)
    out = []
    for index, (row, (x, y), place) in enumerate(zip(rows, ends, places)):
        name = row["method"]
        name = name if len(name) <= letters else name[:letters - 1] + "…"
        out.append(f'<path class="leader" d="M{x + 1:.1f} {y:.1f}L{frame.right + 8} {place:.1f}"/>'
                   f'<path class="curve" {look(index)} d="M{frame.right + 10} {place:.1f}h12"/>'
                   f'<text class="label" x="{frame.right + 26}" y="{place + 4:.1f}">'
                   f'{html.escape(name)}</text>')
    return out


def describe(rows):
    """The curves in words."""
    out = []
    for row in rows:
        half = "under half" if row["median"] is None else f"half after {row['median']:.3g} s"
        out.append(f"{row['method']}: {half}, {100 * row['share_detected']:.1f} % in the end")
    return "Detected by " + "; ".join(out) + "."


def svg(ident, width, height, title, text, body):
    return (f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{ident}-t {ident}-d">'
            f'<title id="{ident}-t">{html.escape(title)}</title>'
            f'<desc id="{ident}-d">{html.escape(text)}</desc>{"".join(body)}</svg>')


def overview(rows, ident, width, height):
    """All methods in one plot; with bands while these can be told apart."""
    letters = 24 if width > 500 else 13
    longest = min(letters, max(len(row["method"]) for row in rows))
    frame = Frame(rows, width, height, 34 + 7 * longest)
    body = axes(frame, True)
    if len(rows) <= 3:
        body += [f'<path class="band" fill="var(--m{i % COLOURS})" d="{band(frame, row)}"/>'
                 for i, row in enumerate(rows)]
    # The first, the default, goes on top.
    for index in reversed(range(len(rows))):
        body.append(f'<path class="curve" {look(index)} d="{path(corners(frame, rows[index], 1))}"/>')
    return svg(ident, width, height, "Share of trials not yet detected, by time, for all methods",
               describe(rows), body + labels(frame, rows, letters))


def single(rows, index, ident):
    """One method with its band, before all others."""
    width, height = 300, 200
    frame = Frame(rows, width, height, 12)
    row = rows[index]
    body = axes(frame, False)
    body += [f'<path class="other" d="{path(corners(frame, other, 1))}"/>'
             for other in rows if other is not row]
    body.append(f'<path class="band" fill="var(--m{index % COLOURS})" d="{band(frame, row)}"/>')
    body.append(f'<path class="curve" {look(index)} d="{path(corners(frame, row, 1))}"/>')
    return svg(ident, width, height, f"Share not yet detected by {row['method']}, with its 95 % band",
               describe([row]), body)
