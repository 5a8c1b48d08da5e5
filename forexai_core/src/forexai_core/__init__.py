"""Forex backtesting, research and live trading: the library behind ``import forexai_core as fx``."""
