"""Holt-Winters forecasting (additive trend, multiplicative seasons) in plain Python."""

import csv
import itertools
import pathlib

SEASON = 12
DATA = pathlib.Path(__file__).parent.parent / "data" / "airline-passengers.csv"


def load():
    """The series as [(month, passengers), ...]."""
    with DATA.open() as file:
        return [(row["month"], float(row["passengers"])) for row in csv.DictReader(file)]


def fit(values, alpha, beta, gamma):
    """Smooth the series; returns its last level and trend, the seasons, and the squared one-step error."""
    level = sum(values[:SEASON]) / SEASON
    trend = (sum(values[SEASON : 2 * SEASON]) - sum(values[:SEASON])) / SEASON**2
    seasons = [value / level for value in values[:SEASON]]
    error = 0.0
    for index, value in enumerate(values[SEASON:], SEASON):
        season = seasons[index % SEASON]
        error += (value - (level + trend) * season) ** 2
        previous = level
        level = alpha * value / season + (1 - alpha) * (level + trend)
        trend = beta * (level - previous) + (1 - beta) * trend
        seasons[index % SEASON] = gamma * value / level + (1 - gamma) * season
    return level, trend, seasons, error


def best_parameters(values):
    """The smoothing factors with the smallest one-step error, by grid search."""
    grid = [step / 20 for step in range(1, 20, 2)]
    return min(itertools.product(grid, grid, grid), key=lambda factors: fit(values, *factors)[3])


def predict(values, factors, horizon):
    level, trend, seasons, _ = fit(values, *factors)
    return [(level + step * trend) * seasons[(len(values) + step - 1) % SEASON] for step in range(1, horizon + 1)]


def accuracy(actual, predicted):
    """100 minus the mean absolute percentage error."""
    return 100 - 100 * sum(abs(a - p) / a for a, p in zip(actual, predicted)) / len(actual)


def following_months(last, count):
    year, month = map(int, last.split("-"))
    months = []
    for _ in range(count):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        months.append(f"{year}-{month:02d}")
    return months
