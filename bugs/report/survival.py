# SPDX-License-Identifier: GPL-2.0-only
"""Statistics of times that may be censored: curves, medians, rank tests.

A sample is a list of (seconds, detected). The references are Kaplan and Meier 1958; Kalbfleisch and
Prentice 2002, 1.4 (bands); Brookmeyer and Crowley 1982 (medians); Mantel 1966 (log-rank); Wilcoxon
1945; tests/bugs_report_test.py holds them against published examples.
"""

import itertools
import math

Z95 = 1.959963984540054
NEVER = math.inf
# Up to here the null distributions are counted out: larger ones are as good as normal.
EXACT_WAYS = 200000
EXACT_PAIRS = 50


def curve(sample, groups=None):
    """The Kaplan-Meier curve with its 95 % band: [(time, share, low, high, at risk, events)].

    One point for each time at which something was detected. The variance is Greenwood's, on the scale
    log(-log S), which keeps the band within 0 and 1. Where the curve falls to 0 that scale ends: the
    band then goes from 0 to where its upper edge was before.

    @groups names what each of @sample belongs to: trials of one bug end alike, so they tell less than
    as many of different bugs. The variance is then that of the groups' sums (Williams 1995; it is
    Greenwood's where each trial is a group of its own), if that is more.
    """
    points = []
    share, greenwood, high = 1.0, 0.0, 1.0
    groups = list(groups or range(len(sample)))
    members = {group: groups.count(group) for group in set(groups)}
    influence = dict.fromkeys(members, 0.0)
    order = sorted(range(len(sample)), key=lambda i: sample[i][0])
    at_risk = len(sample)
    for time, ended in itertools.groupby(order, key=lambda i: sample[i][0]):
        ended = list(ended)
        seen = [groups[i] for i in ended if sample[i][1]]
        events = len(seen)
        if events:
            share *= 1 - events / at_risk
            low = 0.0
            if at_risk > events:
                greenwood += events / (at_risk * (at_risk - events))
                for group, count in members.items():
                    influence[group] -= count * events / at_risk / (at_risk - events)
                for group in seen:
                    influence[group] += 1 / (at_risk - events)
                spread = max(greenwood, math.fsum(part * part for part in influence.values()))
                width = Z95 * math.sqrt(spread) / -math.log(share)
                low, high = share ** math.exp(width), share ** math.exp(-width)
            else:
                share = 0.0
            points.append((time, share, low, high, at_risk, events))
        for i in ended:
            members[groups[i]] -= 1
        at_risk -= len(ended)
    return points


def followed(sample):
    """Until when the curve is known: for ever, once all was detected."""
    last = max(time for time, _ in sample)
    return NEVER if all(detected for time, detected in sample if time == last) else last


def quantile(points, share, column=1):
    """The first time at which at least @share is detected by the curve, NEVER if none."""
    for point in points:
        if point[column] <= 1 - share + 1e-12:
            return point[0]
    return NEVER


def median(sample):
    return curve_median(curve(sample))


def curve_median(points):
    """Where the curve runs level at one half, the middle of the level, as of an even number of times.

    NEVER where that level has no end: the other half may take for ever.
    """
    for index, point in enumerate(points):
        if point[1] <= 0.5 + 1e-12:
            if point[1] < 0.5 - 1e-12:
                return point[0]
            return (point[0] + points[index + 1][0]) / 2 if index + 1 < len(points) else NEVER
    return NEVER


def median_range(points):
    """The times at which the band allows for the median (Brookmeyer and Crowley)."""
    return quantile(points, 0.5, 2), quantile(points, 0.5, 3)


def within(sample, points, seconds):
    """(share, low, high) detected within @seconds, None where nobody looked that long."""
    if seconds > followed(sample):
        return None
    now = (0.0, 1.0, 1.0, 1.0)
    for point in points:
        if point[0] <= seconds:
            now = point
    return 1 - now[1], 1 - now[3], 1 - now[2]


def order_range(sample, level=0.95):
    """(low, high, coverage): a range for the median from order statistics, without an assumption.

    The k-th smallest and the k-th largest hold the median between them with a chance that follows from
    coin flips. The narrowest that has @level is taken; few times have none, and then it is all of them
    with the coverage they do have: 75 % for three seeds. What was not detected lies above all times.
    """
    times = sorted(time if detected else NEVER for time, detected in sample)
    count = len(times)

    def coverage(k):
        tail = sum(math.comb(count, i) for i in range(k))
        return 1 - 2 * tail / 2 ** count

    best = 1
    for k in range(1, (count + 1) // 2 + 1):
        if coverage(k) >= level:
            best = k
    return times[best - 1], times[count - best], coverage(best)


def two_sided(z):
    return math.erfc(abs(z) / math.sqrt(2))


def logrank_parts(a, b):
    """(observed - expected, variance) of the detections in @b, were there no difference to @a."""
    surplus = variance = 0.0
    for time in sorted({time for time, detected in a + b if detected}):
        in_a = sum(1 for other, _ in a if other >= time)
        in_b = sum(1 for other, _ in b if other >= time)
        events_b = sum(1 for other, detected in b if detected and other == time)
        events = events_b + sum(1 for other, detected in a if detected and other == time)
        total = in_a + in_b
        surplus += events_b - events * in_b / total
        if total > 1:
            variance += (events * in_a * in_b * (total - events)) / (total * total * (total - 1))
    return surplus, variance


def logrank_scores(sample):
    """What each of @sample adds to (observed - expected) of the side it is on."""
    cumulated, scores = 0.0, {}
    for time in sorted({time for time, _ in sample}):
        events = sum(1 for other, detected in sample if detected and other == time)
        cumulated += events / sum(1 for other, _ in sample if other >= time)
        scores[time] = cumulated
    return [detected - scores[time] for time, detected in sample]


def logrank_ways(strata):
    """{surplus in 1e-9: number of ways} over all ways to deal each stratum's trials to two sides.

    None where there are too many to count, and no need to.
    """
    total = math.prod(math.comb(len(a) + len(b), len(b)) for a, b in strata)
    if total > EXACT_WAYS:
        return None
    ways = {0: 1}
    for a, b in strata:
        dealt = {}
        for side in itertools.combinations(logrank_scores(a + b), len(b)):
            surplus = round(1e9 * math.fsum(side))
            dealt[surplus] = dealt.get(surplus, 0) + 1
        joined = {}
        for one, count in ways.items():
            for other, more in dealt.items():
                joined[one + other] = joined.get(one + other, 0) + count * more
        ways = joined
    return ways


def logrank(strata):
    """The log-rank test over @strata, pairs (a, b) of samples, each compared within itself.

    Tied times have the variance of the hypergeometric distribution. Few trials have an exact p, by
    permutation within the strata: of one bug with three seeds a side, the normal curve would take the
    most extreme result of 20, which is one of two, for p = 0.02. The hazard ratio is Peto's: by how
    much the rate of detection in b exceeds that in a, above 1 if b is sooner.
    """
    parts = [logrank_parts(a, b) for a, b in strata]
    surplus = math.fsum(part[0] for part in parts)
    variance = math.fsum(part[1] for part in parts)
    if variance <= 0:
        return {"z": 0.0, "p": 1.0, "exact": True,
                "hazard_ratio": None, "hazard_low": None, "hazard_high": None}
    z = surplus / math.sqrt(variance)
    p = two_sided(z)
    # A stratum without a detection has all of its scores 0, whoever is dealt what.
    ways = logrank_ways([(a, b) for a, b in strata if any(detected for _, detected in a + b)])
    if ways:
        least = round(1e9 * abs(surplus)) - 1000
        p = sum(count for value, count in ways.items() if abs(value) >= least) / sum(ways.values())
    width = Z95 / math.sqrt(variance)
    log_ratio = surplus / variance

    def ratio(value):
        return math.exp(max(-50.0, min(50.0, value)))

    return {"z": z, "p": p, "exact": ways is not None, "hazard_ratio": ratio(log_ratio),
            "hazard_low": ratio(log_ratio - width), "hazard_high": ratio(log_ratio + width)}


def sooner(strata):
    """The chance that a trial of b detects before one of a; what can't be told counts half."""
    wins = pairs = 0.0
    for a, b in strata:
        for time_a, detected_a in a:
            for time_b, detected_b in b:
                pairs += 1
                b_first = detected_b and (time_b < time_a or (time_b == time_a and not detected_a))
                a_first = detected_a and (time_a < time_b or (time_b == time_a and not detected_b))
                wins += 1 if b_first else 0 if a_first else 0.5
    return wins / pairs if pairs else None


def signed_ranks(differences):
    """([twice the rank], twice the sum of those of positive differences); zeros are dropped."""
    values = sorted((value for value in differences if value), key=abs)
    ranks, plus, start = [], 0, 0
    while start < len(values):
        end = start
        # Equal but for rounding.
        while end < len(values) and math.isclose(abs(values[end]), abs(values[start]), rel_tol=1e-9):
            end += 1
        ranks += [start + 1 + end] * (end - start)
        plus += (start + 1 + end) * sum(1 for value in values[start:end] if value > 0)
        start = end
    return ranks, plus


def signed_rank(differences):
    """Wilcoxon's signed-rank test: zeros are dropped, ties share their rank.

    Exact for few pairs, ties or not: all signs of the ranks that there are, counted. For more the
    normal approximation, with the variance of these ranks and the step for continuity. Positive
    differences make @plus.
    """
    ranks, plus = signed_ranks(differences)
    out = {"pairs": len(ranks), "plus": plus / 2, "exact": len(ranks) <= EXACT_PAIRS, "p": 1.0}
    if not ranks:
        return out
    if out["exact"]:
        ways = [1] + [0] * sum(ranks)
        for rank in ranks:
            for value in range(len(ways) - 1, rank - 1, -1):
                ways[value] += ways[value - rank]
        tail = min(sum(ways[:plus + 1]), sum(ways[plus:]))
        out["p"] = min(1.0, 2 * tail / 2 ** len(ranks))
    else:
        off = max(0.0, abs(plus / 2 - sum(ranks) / 4) - 0.5)
        out["p"] = two_sided(off / math.sqrt(sum(rank * rank for rank in ranks) / 16))
    return out


def holm(values):
    """The p-values @values for having been asked all at once (Holm 1979)."""
    out = [1.0] * len(values)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        largest = max(largest, min(1.0, (len(values) - rank) * values[index]))
        out[index] = largest
    return out
