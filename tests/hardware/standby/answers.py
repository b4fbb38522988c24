"""Requests after a rest: with standby, with nobody's help, and back to back."""

import random
import time
from datetime import datetime

from common import JUDGED_S, REST_S, median, ratio

DOWN_WITHIN_S = 10  # the clocks, after the linger
MATCH_S = 0.7  # between a request and the time of its wake in the log


def pairs(run, entry):
    """Standby against back to back, with nobody's help every third time."""
    rows, nobody = entry.setdefault("pairs", []), entry.setdefault("nobody", [])
    before = run.engine.wakes()
    for number in range(run.options.pairs):
        first = run.first_after_rest(REST_S)
        rows.append({"standby": first, "back_to_back": run.server.ask()})
        if number % 3 == 2:
            after = run.engine.wakes()
            run.off()
            nobody.append({"first": run.first_after_rest(REST_S), "next": run.server.ask()})
            nobody[-1]["wakes_before"] = after
            nobody[-1]["standby_again_after_s"] = run.on()
        summarise_pairs(entry)
        run.save()
    time.sleep(JUDGED_S)
    entry["wakes_before"], entry["wakes_after"] = before, run.engine.wakes()
    entry["expected_wakes"] = len(rows) - entry["not_at_rest"]


def summarise_pairs(entry):
    # A request that found the clocks up proves nothing, and leaves out its pair.
    rows = [pair for pair in entry["pairs"] if pair["standby"]["was_down"]]

    def middle(part, key, rows):
        return median([row[part][key] for row in rows])

    for key, name in (("total_ms", "answer"), ("prompt_ms", "prompt")):
        warm = middle("back_to_back", key, rows)
        standby = middle("standby", key, rows)
        cold = middle("first", key, entry["nobody"])
        entry[name] = {
            "back_to_back_ms": warm,
            "standby_ms": standby,
            "nobody_ms": cold,
            "standby_ratio": ratio(standby, warm),
            "nobody_ratio": ratio(cold, warm),
            "paired_ratio": median([ratio(pair["standby"][key], pair["back_to_back"][key]) for pair in rows]),
        }
    entry["not_at_rest"] = len(entry["pairs"]) - len(rows)


def wakes(run, entry):
    """Requests that each find the clocks down, and have to be one useful wake each."""
    chance = random.Random(8)
    entry["wakes_before"] = run.engine.wakes()
    entry["expected_wakes"], answers = 0, entry.setdefault("answers", [])
    while entry["expected_wakes"] < run.options.wakes and run.left() > 8:
        down = run.gpu.wait_until_down(DOWN_WITHIN_S + run.options.linger)
        at_rest = chance.uniform(0.3, 1.3)  # not in step with anything that happens once a second
        time.sleep(at_rest)
        was_down, answer = not run.gpu.is_raised(), run.server.ask()
        began = time.time() - answer["total_ms"] / 1e3
        answers.append({**answer, "at": round(began, 3), "was_down": was_down})
        answers[-1].update(down_after_s=down, at_rest_s=round(at_rest, 2))
        entry["expected_wakes"] += was_down
        if len(answers) % 10 == 0:
            compare_with_log(run, entry)
            run.save()
        if len(answers) > 2 * run.options.wakes:
            break
    time.sleep(JUDGED_S)
    entry["wakes_after"] = run.engine.wakes()
    entry["total_ms"] = median([answer["total_ms"] for answer in answers])
    entry["first_ms"] = median([answer["first_ms"] for answer in answers])
    compare_with_log(run, entry)
    settled = [answer for answer in answers if answer["was_down"]]
    woken = [answer["wake_ms"] for answer in settled if answer.get("wake_ms") is not None]
    entry["wake_ms"] = {"median": median(woken), "worst": max(woken, default=None)}
    entry["without_a_wake"] = sum(answer.get("verdict") != "useful" for answer in settled)


def compare_with_log(run, entry):
    """Adds to each request the wake that the engine's log has for it."""
    log = [(datetime.fromisoformat(wake["time"]).timestamp(), wake) for wake in run.engine.wakes_log()]
    for answer in entry["answers"]:
        near = [(abs(at - answer["at"]), wake) for at, wake in log if abs(at - answer["at"]) < MATCH_S]
        if near:
            wake = min(near, key=lambda found: found[0])[1]
            answer.update(wake_ms=wake["ms"] and round(wake["ms"], 2), verdict=wake["verdict"])


def second(run, entry):
    """The server that launches at once: its first token with standby, warm, and with nobody's help."""
    entry["wakes_before"] = run.engine.wakes()
    rows, nobody = entry.setdefault("rounds", []), entry.setdefault("nobody", [])
    for number in range(run.options.rounds):
        if run.left() < 15:
            break
        first = run.first_after_rest(run.options.linger + 2)
        rows.append({"standby": first, "warm": run.server.ask()})
        if number % 3 == 2:
            run.off()
            nobody.append({"cold": run.first_after_rest(run.options.linger + 2)})
            run.on()
        summarise_second(entry)
        run.save()
    time.sleep(JUDGED_S)
    entry["wakes_after"] = run.engine.wakes()
    entry["expected_wakes"] = len(rows) - entry["not_at_rest"]


def summarise_second(entry):
    rows = [row for row in entry["rounds"] if row["standby"]["was_down"]]
    for key in ("first_ms", "total_ms"):
        warm = median([row["warm"][key] for row in rows])
        standby = median([row["standby"][key] for row in rows])
        cold = median([row["cold"][key] for row in entry["nobody"]])
        entry[key] = {"warm": warm, "standby": standby, "nobody": cold}
        entry[key]["more_ms"] = round(standby - warm, 2) if rows else None
    entry["not_at_rest"] = len(entry["rounds"]) - len(rows)
