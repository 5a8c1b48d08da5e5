"""Candlestick patterns: all 61 of TA-Lib, with its numbers in every row."""
