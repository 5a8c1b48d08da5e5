"""Every text of a report, by language. A further language is a further mapping with the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from forexai_core.backtesting.doubts import DOUBT_WORDS
from forexai_core.errors import ConfigError, did_you_mean
from forexai_core.metrics import METRICS

__all__ = ["ENGLISH", "LANGUAGES", "texts_of"]

_PAGE = {
    "title": "{strategy} on {symbols}",
    "title.plain": "Backtest",
    "kicker": "Backtest report",
    "period": "{start} to {end}",
    "theme": "Light or dark",
    "contents": "Contents",
    "noscript": "Charts and the table of trades need JavaScript; everything they draw is inside this file.",
    "undefined": "n/a",
    "none": "none",
    "yes": "yes",
    "no": "no",
}
_TILES = {
    "tile.return": "{percent} on {balance}",
    "tile.wins": "{wins} won, {losses} lost",
    "tile.factor": "{gains} won, {pains} lost",
    "tile.drawdown": "{percent} of the peak",
    "tile.drawdown.apart": "deepest in percent: {percent}",
    "tile.trials": "trials of this idea: {count}",
    "tile.trials.none": "trials were not recorded",
    "tile.cagr": "{final} at the end",
    "tile.exposure": "of the time the market was open",
    "tile.trades": "held {time} on average",
    "tile.expectancy": "per trade; payoff {payoff}",
    "tile.inside": "{money} inside bars",
}
_INTERVAL = {
    "interval.title": "How sure is the net profit?",
    "interval.certified": "Certified: whatever happened inside the bars, the net profit lies between {worst} and "
    "{best}.",
    "interval.exact": "Certified: no bar left open what came first, so {net} is exact under the costs stated here.",
    "interval.estimate": "Not certified: about {worst} to {best}. Why not: {reason}",
    "interval.point": "Not certified: {net} as it stands. Why not: {reason}",
    "interval.none": "No bounds are known: {reason}.",
    "interval.ambiguous": "{count} of {all} trades are in doubt, since a bar leaves open what came first.",
    "interval.doubt": "{count}: {why}.",
    "interval.clear": "No trade is in doubt by what a bar leaves open.",
    "interval.jumps": "In the worst case a stop fills up to {points} points beyond its price.",
    "interval.short.certified": "between {worst} and {best}, certified",
    "interval.short.exact": "certified exact",
    "interval.short.estimate": "about {worst} to {best}, not certified",
    "interval.short.point": "not certified",
    "interval.short.none": "no certified bounds",
    "interval.worst": "worst",
    "interval.best": "best",
    "interval.expected": "expected",
    "interval.reported": "reported",
}
_SECTIONS = {
    "section.overview": "Overview",
    "section.equity": "Equity and drawdown",
    "section.returns": "Returns",
    "section.when": "When it wins and loses",
    "section.excursions": "Excursions",
    "section.price": "Trades on the price",
    "section.trades": "Trades",
    "section.figures": "All figures",
    "section.basis": "What this rests on",
    "equity.help": "Click the chart, then scroll to zoom and drag to move; double-click shows all.",
    "equity.label": "Equity and drawdown over time",
    "equity.sampled": "Each point stands for {rows} rows; highs, lows and drawdowns are those of all rows.",
    "spells.title": "Deepest drawdowns",
    "spells.peak": "Peak",
    "spells.trough": "Trough",
    "spells.recovered": "Recovered",
    "spells.depth": "Depth",
    "spells.days": "Days",
    "spells.open": "not yet",
    "spells.none": "The equity never fell below an earlier peak.",
    "months.title": "Monthly returns, %",
    "months.year": "Year",
    "months.total": "Total",
    "months.note": "Change of equity between ends of month (17:00 New York), floating profit included.",
    "months.names": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "histogram.title": "Distribution of trades",
    "histogram.label": "Number of trades by net profit",
    "histogram.note": "Net profit per trade after all costs. The outermost bars hold everything beyond them.",
    "hour.title": "By hour of opening",
    "weekday.title": "By weekday of opening",
    "session.title": "By session of opening",
    "side.title": "By side",
    "symbol.title": "By symbol",
    "when.note": "Net profit; hours and weekdays on the account's clock ({clock}). Asia runs from New York's close to "
    "08:00 in London, London to 08:00 in New York, New York to 17:00.",
    "when.table": "As a table",
    "mae.title": "Adverse excursion and result",
    "mae.note": "How far a trade went against the position (MAE) before it ended where it did. Winners far to the "
    "right survived deep water; losers near the left were cut soon.",
    "mfe.title": "Favourable excursion and result",
    "mfe.note": "How far a trade had been ahead (MFE). Distance below the diagonal is profit that was given back.",
    "price.help": "Click the chart, then scroll to zoom and drag to move; double-click shows all. Choose a trade in "
    "the table below to see it here.",
    "price.label": "Bid prices with entries and exits",
    "price.sampled": "{symbol} {timeframe}: each candle stands for {rows} rows, with their highs and lows.",
    "price.whole": "{symbol} {timeframe}: every row is a candle.",
    "price.missing": "The prices are not part of this result, so trades cannot be drawn on them.",
    "zoom.in": "Zoom in",
    "zoom.out": "Zoom out",
    "zoom.all": "Show all",
}
_TABLE = {
    "trades.none": "The strategy did not trade.",
    "trades.all": "All {count} trades.",
    "trades.first": "The first {shown} of {count} trades; the CSV and JSON reports have all of them.",
    "trades.pages": "{from} to {to} of {count}",
    "trades.before": "Back",
    "trades.next": "Next",
    "filter.all": "All",
    "filter.wins": "Wins",
    "filter.losses": "Losses",
    "filter.ambiguous": "Ambiguous",
    "column.ticket": "Ticket",
    "column.symbol": "Symbol",
    "column.side": "Side",
    "column.volume": "Lots",
    "column.opened": "Opened (UTC)",
    "column.closed": "Closed (UTC)",
    "column.open_price": "Entry",
    "column.close_price": "Exit",
    "column.stop": "Stop",
    "column.target": "Target",
    "column.reason": "Closed by",
    "column.commission": "Commission",
    "column.swap": "Swap",
    "column.mae": "MAE",
    "column.mfe": "MFE",
    "column.net": "Net",
    "side.buy": "buy",
    "side.sell": "sell",
    "mark.ambiguous": "ambiguous: the bar leaves open what came first",
    "mark.intrabar": "closed inside the bar that opened then",
    "sleeves.title": "What each strategy made",
    "sleeves.name": "Sleeve",
    "sleeves.strategy": "Strategy",
    "sleeves.bars": "Decides on",
    "sleeves.trades": "Trades",
    "sleeves.win_rate": "Win rate",
    "sleeves.factor": "Profit factor",
    "sleeves.sharpe": "Sharpe ratio",
    "sleeves.drawdown": "Max drawdown",
    "sleeves.net": "Net profit",
    "sleeves.help": "Each by its own trades, and by a curve of its own: the initial balance and what it made. "
    "The gains add up to the account's; drawdowns fall at different times and do not.",
    "slice.label": "",
    "slice.trades": "Trades",
    "slice.win_rate": "Win rate",
    "slice.factor": "Profit factor",
    "slice.expectancy": "Expectancy",
    "slice.net": "Net profit",
    "tip.equity": "Equity",
    "tip.balance": "Balance",
    "tip.drawdown": "Drawdown",
    "tip.trades": "Trades",
    "tip.open": "O",
    "tip.high": "H",
    "tip.low": "L",
    "tip.close": "C",
    "tip.more": "and {count} more here",
    "legend.equity": "Equity",
    "legend.balance": "Balance",
    "legend.drawdown": "Drawdown",
    "legend.win": "Win",
    "legend.loss": "Loss",
    "legend.buy": "Buy",
    "legend.sell": "Sell",
    "legend.exit": "Exit",
}
_REASONS = {
    "reason.signal": "signal",
    "reason.stop_loss": "stop loss",
    "reason.take_profit": "take profit",
    "reason.trailing_stop": "trailing stop",
    "reason.stop_out": "stop-out",
    "reason.close_by": "close by",
    "reason.expiry": "expiry",
    "reason.kill": "kill switch",
    "reason.end_of_data": "end of data",
    "reason.rollover": "rollover",
}
_BASIS = {
    "basis.strategy": "Strategy",
    "basis.form": "Written as",
    "basis.costs": "Costs",
    "basis.costs.note": "“given” was set for this run, “data” came with the prices, “catalogue default” is a typical "
    "retail value that your broker may not share, and “none assumed” was left out and not charged.",
    "basis.cost": "Cost",
    "basis.value": "Value",
    "basis.source": "From",
    "basis.rows": "row by row",
    "basis.data": "Prices",
    "basis.assumptions": "Assumptions",
    "basis.rows.count": "Rows",
    "basis.span": "From, to (UTC)",
    "basis.sides": "Known sides",
    "basis.crossed": "Crossed quotes raised",
    "basis.fingerprint": "Fingerprint",
    "basis.trials": "Trials of this idea",
    "basis.trials.note": "Every evaluation of the same idea on overlapping data is counted. The best of many tries "
    "looks good by luck alone: the more trials, the less its figures promise.",
    "basis.trials.count": "Evaluations so far",
    "basis.trials.length": "Records in the ledger",
    "basis.trials.started": "Ledger begun",
    "basis.trials.head": "Head of the ledger",
    "basis.trials.none": "Nobody counted the trials of this idea.",
    "basis.identity": "Identity",
    "basis.input": "Input fingerprint",
    "basis.result": "Result fingerprint",
    "basis.engine": "Engine",
    "basis.identity.note": "The same data, settings, seed and engine give the same result fingerprint; a changed price "
    "or setting gives another.",
    "source.given": "given",
    "source.data": "data",
    "source.catalogue default": "catalogue default",
    "source.none assumed": "none assumed",
    "disclaimer.title": "Please read",
    "disclaimer": "A backtest is no promise. It shows what fixed rules would have done with these prices and costs; "
    "real orders meet other spreads, slippage, rejections and gaps, and markets change. Rules that were chosen because "
    "they did well in the past tend to do worse in the future. Leveraged trading can lose more than is planned, up to "
    "the whole stake and beyond. This report is information, no investment advice and no offer.",
    "footer": "Written by forexai-core {version}. This file is complete in itself and loads nothing from the network.",
}
_DOUBTS = {f"doubt.{name}": words for name, words in DOUBT_WORDS.items()}
_METRICS = {f"metric.{name}": definition.title for name, definition in METRICS.items()}
_MEANINGS = {f"meaning.{name}": definition.meaning for name, definition in METRICS.items()}

ENGLISH: Mapping[str, str] = MappingProxyType(
    _PAGE | _TILES | _INTERVAL | _SECTIONS | _TABLE | _REASONS | _DOUBTS | _BASIS | _METRICS | _MEANINGS
)
"""The texts in English; the keys are the same in every language."""

LANGUAGES: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": ENGLISH})
"""Catalogues by language code."""


def texts_of(language: str) -> Mapping[str, str]:
    """Give the texts of a language.

    Raises
    ------
    ConfigError
        If there is no catalogue of that language.
    """
    try:
        return LANGUAGES[language]
    except KeyError:
        raise ConfigError(f"Reports do not speak '{language}'. {did_you_mean(language, LANGUAGES)}") from None
