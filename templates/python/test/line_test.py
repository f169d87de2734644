import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "stages"))

from line import least_squares, quality, theil_sen  # noqa: E402

LINE = [(0, 1), (1, 3), (2, 5), (3, 7)]


class Line(unittest.TestCase):
    def test_both_methods_find_the_line_that_all_points_are_on(self):
        self.assertEqual(least_squares(LINE), (1, 2))
        self.assertEqual(theil_sen(LINE), (1, 2))

    def test_one_far_point_turns_the_one_line_and_not_the_other(self):
        points = [*LINE, (4, 100)]
        self.assertGreater(least_squares(points)[1], 10)
        self.assertLess(theil_sen(points)[1], 10)

    def test_quality_is_1_where_the_line_explains_everything(self):
        with self.assertRaises(ZeroDivisionError):
            quality(LINE, 1, 2)  # no point is off the line
        r2, _ = quality([*LINE, (4, 9.001)], 1, 2)
        self.assertAlmostEqual(r2, 1)
