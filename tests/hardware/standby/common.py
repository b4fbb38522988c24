"""What every part of the measurement uses."""

import statistics
import time

PROMPT_TOKENS = 400
ANSWER_TOKENS = 64
REST_S = 6.0
SETTLE_S = 5.0
AVERAGE_S = 5.0
JUDGED_S = 2.5  # after an answer, until the engine has judged its wake


class StepLate(BaseException):
    """The time limit of a step. Not an Exception, so that no retry in between swallows it."""


def median(values):
    values = [value for value in values if value is not None]
    return round(statistics.median(values), 3) if values else None


def mean(values):
    values = [value for value in values if value is not None]
    return round(statistics.fmean(values), 2) if values else None


def ratio(numerator, denominator):
    return round(numerator / denominator, 3) if numerator is not None and denominator else None


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def sleep_until(moment):
    time.sleep(max(0, moment - time.monotonic()))
