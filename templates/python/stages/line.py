"""Lines through points: y = intercept + slope * x."""

from itertools import combinations
from math import sqrt
from statistics import fmean, median


def least_squares(points):
    """The line whose squared errors have the least sum."""
    x_mean = fmean(x for x, _ in points)
    y_mean = fmean(y for _, y in points)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points) / sum(
        (x - x_mean) ** 2 for x, _ in points
    )
    return y_mean - slope * x_mean, slope


def theil_sen(points):
    """The median of the lines through every two points, which no single point can turn."""
    slope = median((d - b) / (c - a) for (a, b), (c, d) in combinations(points, 2) if a != c)
    return median(y - slope * x for x, y in points), slope


METHODS = {"least-squares": least_squares, "theil-sen": theil_sen}


def quality(points, intercept, slope):
    """How much of the spread the line explains, and the farthest point in deviations from it."""
    errors = [y - intercept - slope * x for x, y in points]
    y_mean = fmean(y for _, y in points)
    left = sum(error**2 for error in errors)
    spread = sum((y - y_mean) ** 2 for _, y in points)
    deviation = sqrt(left / (len(points) - 2))
    return 1 - left / spread, max(map(abs, errors)) / deviation
