# SPDX-License-Identifier: GPL-2.0-only
"""The statistics of the zoo's report against published numbers, and what can be done by hand."""

import math
import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "bugs", "report"))
sys.dont_write_bytecode = True

import survival  # noqa: E402

# Remission of leukaemia in weeks, Freireich et al. 1963; in Cox and Oakes 1984, table 1.1, and most
# textbooks. What is negative is censored.
MERCAPTOPURINE = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32,
                  -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# Acute myelogenous leukaemia, Miller 1981; the data set `aml` of R's package survival.
MAINTAINED = [9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161]
NOT_MAINTAINED = [5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45]


def sample(times):
    return [(float(abs(time)), time > 0) for time in times]


class CurveTest(unittest.TestCase):
    def test_curve(self):
        """Kleinbaum and Klein, Survival Analysis, chapter 2."""
        points = survival.curve(sample(MERCAPTOPURINE))
        self.assertEqual([point[0] for point in points], [6, 7, 10, 13, 16, 22, 23])
        self.assertEqual([round(point[1], 4) for point in points],
                         [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482])
        self.assertEqual([point[4:] for point in points],
                         [(21, 3), (17, 1), (15, 1), (12, 1), (11, 1), (7, 1), (6, 1)])

    def test_band(self):
        """By hand at week 6: S = 18/21, Greenwood's sum is 3/(21 * 18)."""
        low, high = survival.curve(sample(MERCAPTOPURINE))[0][2:4]
        width = 1.959964 * math.sqrt(3 / (21 * 18)) / -math.log(18 / 21)
        self.assertAlmostEqual(low, (18 / 21) ** math.exp(width), 6)
        self.assertAlmostEqual(high, (18 / 21) ** math.exp(-width), 6)
        # What Stata's `sts list` gives for the first month of its data set `cancer`: 2 of 48.
        point = survival.curve(sample([1, 1] + [-2] * 46))[0]
        self.assertEqual([round(value, 4) for value in point[1:4]], [0.9583, 0.8435, 0.9894])

    def test_band_ends_where_all_is_detected(self):
        points = survival.curve(sample([1, 2]))
        self.assertEqual(points[1][1:3], (0.0, 0.0))
        self.assertEqual(points[1][3], points[0][3])

    def test_copies_of_a_trial_tell_nothing_new(self):
        once = survival.curve(sample(MERCAPTOPURINE))
        thrice = survival.curve(sample(MERCAPTOPURINE * 3), list(range(21)) * 3)
        alone = survival.curve(sample(MERCAPTOPURINE * 3))
        for one, three, free in zip(once, thrice, alone):
            for column in range(4):
                self.assertAlmostEqual(one[column], three[column], 9)
            self.assertLess(three[2], free[2])
        # Of one bug alone nothing is known about others: its trials are taken as they are.
        self.assertEqual(survival.curve(sample(MERCAPTOPURINE), ["one"] * 21), once)

    def test_median(self):
        """23 weeks against 8. The ranges end where the band's edges come down to one half."""
        treated, placebo = survival.curve(sample(MERCAPTOPURINE)), survival.curve(sample(PLACEBO))
        self.assertEqual(survival.curve_median(treated), 23)
        self.assertEqual(survival.median_range(treated), (13, math.inf))
        self.assertEqual([round(point[2], 2) for point in treated[2:4]], [0.50, 0.43])
        self.assertGreater(treated[2][2], 0.5)
        self.assertEqual(survival.curve_median(placebo), 8)
        self.assertEqual(survival.median_range(placebo), (4, 11))

    def test_median_of_an_even_number(self):
        self.assertEqual(survival.median(sample([1, 3])), 2)
        self.assertEqual(survival.median(sample([1, 2, 4, 8])), 3)
        # The later half may take for ever, so that it must not make the median smaller.
        self.assertEqual(survival.median(sample([1, -20])), math.inf)
        self.assertEqual(survival.median(sample([1, 2, -20])), 2)

    def test_within(self):
        times = sample(MERCAPTOPURINE)
        points = survival.curve(times)
        share, low, high = survival.within(times, points, 10)
        self.assertEqual([round(value, 4) for value in (share, low, high)],
                         [0.2471, 0.1106, 0.4968])
        self.assertEqual(survival.within(times, points, 1), (0, 0, 0))
        self.assertIsNone(survival.within(times, points, 36))
        # All of these were detected: at no later time is anything left.
        times = sample(PLACEBO)
        self.assertEqual(survival.within(times, survival.curve(times), 60)[0], 1)

    def test_order_range(self):
        """By coin flips: 1 - 2 (1 + n + ...) / 2^n."""
        self.assertEqual(survival.order_range(sample([3, 1, 2])), (1, 3, 0.75))
        self.assertEqual(survival.order_range(sample([3, -20, 2])), (2, math.inf, 0.75))
        self.assertEqual(survival.order_range(sample(range(1, 7))), (1, 6, 1 - 2 / 64))
        self.assertEqual(survival.order_range(sample(range(1, 11))), (2, 9, 1 - 2 * 11 / 1024))


class RankTest(unittest.TestCase):
    def test_logrank(self):
        """Chi-square 16.79 (Kleinbaum and Klein); 3.4 with p = 0.0653 (R's `survdiff`)."""
        test = survival.logrank([(sample(MERCAPTOPURINE), sample(PLACEBO))])
        self.assertEqual(round(test["z"] ** 2, 2), 16.79)
        self.assertGreater(test["hazard_ratio"], 1)
        test = survival.logrank([(sample(MAINTAINED), sample(NOT_MAINTAINED))])
        self.assertEqual((round(test["z"] ** 2, 1), round(test["p"], 4)), (3.4, 0.0653))
        surplus, _ = survival.logrank_parts(sample(MAINTAINED), sample(NOT_MAINTAINED))
        self.assertEqual(round(11 - surplus, 2), 7.31)

    def test_logrank_has_two_sides(self):
        one = survival.logrank([(sample(MAINTAINED), sample(NOT_MAINTAINED))])
        other = survival.logrank([(sample(NOT_MAINTAINED), sample(MAINTAINED))])
        self.assertAlmostEqual(one["z"], -other["z"], 9)
        self.assertAlmostEqual(one["hazard_ratio"] * other["hazard_ratio"], 1, 9)

    def test_logrank_of_few_is_exact(self):
        """Two of the 20 ways to deal six trials are as extreme; of two such bugs 2 of 400."""
        pair = sample([1, 2, 3]), sample([4, 5, 6])
        test = survival.logrank([pair])
        self.assertTrue(test["exact"])
        self.assertAlmostEqual(test["p"], 0.1, 9)
        # The next is as extreme as its mirror, behind those two.
        next_one = sample([1, 2, 4]), sample([3, 5, 6])
        self.assertAlmostEqual(survival.logrank([next_one])["p"], 0.2, 9)
        self.assertAlmostEqual(survival.logrank([pair] * 2)["p"], 0.005, 9)

    def test_scores_make_the_surplus(self):
        a, b = sample(MAINTAINED), sample(NOT_MAINTAINED)
        self.assertAlmostEqual(sum(survival.logrank_scores(a + b)[len(a):]),
                               survival.logrank_parts(a, b)[0], 9)

    def test_strata_are_compared_within_themselves(self):
        """What is as good on an easy bug, and on a hard one, is as good, however many of which."""
        easy, hard = sample([1, 1, 1]), sample([9, 9, 9])
        test = survival.logrank([(easy, easy), (hard, hard)] * 4)
        self.assertEqual((test["z"], test["p"]), (0, 1))
        many = survival.logrank([(sample([1, 2, 3]), sample([4, 5, 6]))] * 10)
        self.assertLess(many["p"], 1e-9)
        self.assertLess(many["hazard_high"], 1)

    def test_sooner(self):
        # 1 is before 2 and 4+, 3 is behind 2 and before 4+; 5+ is behind 2, and who knows with 4+.
        self.assertEqual(survival.sooner([(sample([2, -4]), sample([1, 3, -5]))]), 3.5 / 6)
        self.assertEqual(survival.sooner([(sample([2]), sample([2]))]), 0.5)

    def test_signed_rank(self):
        """Hollander and Wolfe 1973, p. 29: V = 40, p = 0.01953 on one side."""
        first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
        second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
        test = survival.signed_rank([one - other for one, other in zip(first, second)])
        self.assertEqual((test["pairs"], test["plus"], test["exact"]), (9, 40, True))
        self.assertEqual(test["p"], 2 * 10 / 512)

    def test_signed_rank_with_ties_and_zeros(self):
        # Ranks 1.5, 1.5, 3: one of the eight ways has all of them above.
        test = survival.signed_rank([1, 0, 1, 2])
        self.assertEqual((test["pairs"], test["plus"], test["p"]), (3, 6, 0.25))
        self.assertEqual(survival.signed_rank([1, 1, -1])["p"], 1)
        self.assertEqual(survival.signed_rank([0, 0])["p"], 1)

    def test_signed_rank_of_many_goes_on_where_the_exact_ends(self):
        values = [(-1) ** (k % 3 == 0) * k for k in range(1, survival.EXACT_PAIRS + 1)]
        exact = survival.signed_rank(values)
        limit, survival.EXACT_PAIRS = survival.EXACT_PAIRS, 0
        try:
            normal = survival.signed_rank(values)
        finally:
            survival.EXACT_PAIRS = limit
        self.assertEqual((exact["exact"], normal["exact"]), (True, False))
        self.assertEqual(exact["plus"], normal["plus"])
        self.assertLess(exact["p"], 0.1)
        self.assertLess(abs(exact["p"] / normal["p"] - 1), 0.05)
        # Mean and variance of the ranks 1 to n, and half a step.
        count = len(values)
        off = abs(normal["plus"] - count * (count + 1) / 4) - 0.5
        spread = math.sqrt(count * (count + 1) * (2 * count + 1) / 24)
        self.assertAlmostEqual(normal["p"], math.erfc(off / spread / math.sqrt(2)), 12)

    def test_holm(self):
        adjusted = survival.holm([0.01, 0.04, 0.03, 0.005])
        self.assertEqual([round(value, 9) for value in adjusted], [0.03, 0.06, 0.06, 0.02])
        self.assertEqual(survival.holm([0.9, 0.8]), [1, 1])


if __name__ == "__main__":
    unittest.main()
