"""A process that computes, for the tests: what it is asked to do goes wrong in every way there is."""

from __future__ import annotations

import os
import sys
import time

from forexai_core.errors import ConfigError, DataFormatError
from reference_app.processes.serving import serve_tasks


def echo(body, say):
    say(0.25, "a quarter")
    say(7.0, "more than all")
    return body


def refuse(_body, _say):
    raise ConfigError("the parameter 'fast' must be given.")


def misread(_body, _say):
    raise DataFormatError("this is no price.", file="prices.csv", line=3)


def break_down(_body, _say):
    raise ZeroDivisionError


def die(_body, _say):
    os._exit(7)


def chatter(body, _say):
    print("what a library prints")
    sys.stdout.flush()
    os.write(1, b"and what compiled code prints")
    return body


def wait(_body, say):
    say(0.5, "waiting")
    time.sleep(600)


if __name__ == "__main__":
    serve_tasks({each.__name__: each for each in (echo, refuse, misread, break_down, die, chatter, wait)})
