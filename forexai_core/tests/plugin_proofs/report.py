"""A broken report for each rule of reports."""

from __future__ import annotations

import time

from plugin_proofs.making import opening


def flawed(module, **members):
    report = type("Flawed", (module.SoundReport,), members)
    return opening(module.OFFER, lambda settings, _services: report(settings.heading))


def lines_with(change):
    """Change the lines: ``change(lines, result)``."""

    def broken(module):
        return flawed(module, _lines=lambda self, result: change(list(module.SoundReport._lines(self, result)), result))

    return broken


def leaves_a_draft(module):
    def write(self, result, path):
        module.SoundReport.write(self, result, path)
        path.with_name("draft.tmp").write_text("x")

    return flawed(module, write=write)


def hides_the_costs(lines, _result):
    return [line for line in lines if "Costs" not in line]


def cuts_fingerprints(lines, result):
    return [line.replace(result.result_fingerprint, result.result_fingerprint[:8]) for line in lines]


def stamps_the_time(lines, _result):
    return [*lines, str(time.perf_counter_ns())]


def writes_line_by_line(module):
    def write(self, result, path):
        with path.open("w", encoding="utf-8") as file:
            for line in module.SoundReport._lines(self, result):
                file.write(line + "\n")

    return flawed(module, write=write)


def lets_errors_through(module):
    def write(self, result, path):
        content = "\n".join(self._lines(result))
        draft = path.with_suffix(".new")
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)

    return flawed(module, write=write)


def needs_a_trade(lines, result):
    return [*lines, f"First: {result.trades['profit'][0]}"]


def trusts_texts(lines, result):
    return [*lines, *result.assumptions]


BROKEN = {
    "writes-where-it-is-told": leaves_a_draft,
    "states-its-assumptions": lines_with(hides_the_costs),
    "carries-both-fingerprints": lines_with(cuts_fingerprints),
    "the-same-result-gives-the-same-bytes": lines_with(stamps_the_time),
    "is-written-whole-or-not-at-all": writes_line_by_line,
    "failures-name-the-path": lets_errors_through,
    "bears-a-result-without-trades": lines_with(needs_a_trade),
    "words-do-not-become-code": lines_with(trusts_texts),
}
