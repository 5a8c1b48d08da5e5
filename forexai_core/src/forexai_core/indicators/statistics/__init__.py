"""Statistics of a moving window: deviations, regressions, ranks."""
