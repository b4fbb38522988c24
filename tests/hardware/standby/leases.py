"""Leases after a rest: how long `begin_lease {wait: true}` takes to answer."""

import random
import time

from common import median

HELD_S = 0.3  # NVML shows raised clocks within 0.25 s of the call, or the wake failed


def measure(run, entry):
    """One lease after the other, each asked for with the clocks down."""
    chance = random.Random(9)
    leases = entry.setdefault("leases", [])
    while sum(lease["was_down"] for lease in leases) < run.options.leases and run.left() > 8:
        down = run.gpu.wait_until_down(10 + run.options.linger)
        time.sleep(chance.uniform(0.3, 0.8))
        was_down = not run.gpu.is_raised()
        begin = time.monotonic()
        answer = run.engine.ask("begin_lease", wait=True)
        took_ms = (time.monotonic() - begin) * 1e3
        time.sleep(HELD_S)
        raised = run.gpu.is_raised()
        run.engine.ask("end_lease")
        leases.append({"ms": round(took_ms, 2), "answer": answer, "was_down": was_down, "raised_while_held": raised})
        leases[-1]["down_after_s"] = down
        summarise(entry)
        if len(leases) % 10 == 0:
            run.save()
        if len(leases) > 2 * run.options.leases:
            break


def summarise(entry):
    at_rest = [lease for lease in entry["leases"] if lease["was_down"]]
    entry["ms"] = median([lease["ms"] for lease in at_rest])
    entry["worst_ms"] = max((lease["ms"] for lease in at_rest), default=None)
    entry["count"] = len(at_rest)
    entry["not_at_rest"] = len(entry["leases"]) - len(at_rest)
    entry["not_raised"] = sum(not lease["raised_while_held"] for lease in at_rest)
