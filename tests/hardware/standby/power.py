"""Watts and VRAM: standing by, off, boosted, polled, and over idle minutes."""

import contextlib
import http.client
import threading
import time

import cost
from common import AVERAGE_S, JUDGED_S, REST_S, SETTLE_S, mean, median, ratio, sleep_until
from processes import descendants


def watts(run, entry):
    rounds = entry.setdefault("rounds", [])
    sleep_until(run.server.last_end + REST_S)
    for _ in range(3):
        standby = run.settled_watts(AVERAGE_S)
        run.off()
        rounds.append({"standby": standby, "off": run.settled_watts(AVERAGE_S)})
        run.on()
        compare(entry)
        run.save()


def compare(entry):
    for part in ("standby", "off"):
        entry[f"{part}_w"] = median([row[part]["watts"] for row in entry["rounds"]])
    entry["more_w"] = round(entry["standby_w"] - entry["off_w"], 2)


def health(run, entry):
    """The same with a monitor that polls /health: a minute of learning, then the watts."""
    stop, polls = threading.Event(), []

    def poll():
        while not stop.wait(1.0):
            with contextlib.suppress(OSError, http.client.HTTPException):
                polls.append(run.server.get("/health"))

    entry["wakes_before"] = run.engine.wakes()
    thread = threading.Thread(target=poll, daemon=True)
    thread.start()
    try:
        time.sleep(62)
        entry["wakes_learned"] = run.engine.wakes()
        rounds = entry.setdefault("rounds", [])
        for _ in range(2):
            standby = run.gpu.average_watts(AVERAGE_S)
            run.off()
            rounds.append({"standby": standby, "off": run.settled_watts(AVERAGE_S)})
            compare(entry)
            run.on()
            if len(rounds) < 2:
                time.sleep(SETTLE_S)
        entry["wakes_after"] = run.engine.wakes()
        # A request between polls is still a request.
        first = run.first_after_rest(REST_S)
        following = run.server.ask()
        entry["request"] = {"first": first, "next": following}
        entry["request_ratio"] = ratio(first["total_ms"], following["total_ms"])
        time.sleep(JUDGED_S)
        entry["wakes_last"] = run.engine.wakes()
    finally:
        stop.set()
        thread.join(6)
        entry["polls"] = len(polls)


def vram(run, entry):
    """Memory in use with nothing of ours, standing by, and during a boost."""
    readings = entry.setdefault("mib", {})
    used = run.gpu.sensors.used_mib
    run.server.ask()
    run.off()
    time.sleep(1.5)
    readings["off"] = used()
    run.on()
    readings["standby"] = used()
    run.server.ask()
    time.sleep(run.options.linger / 2)
    boosted, status = run.gpu.read(), run.engine.gpu()
    readings["boost"] = boosted["used_mib"]
    entry["boost"] = {"mhz": boosted["mhz"], "watts": boosted["watts"], "phase": status["phase"]}
    entry["boost"]["raised"] = run.gpu.raised(boosted["mhz"])
    entry["ours_bytes"] = status["vram"]["ours_bytes"]
    entry["standby_mib"] = readings["standby"] - readings["off"]
    entry["boost_mib"] = readings["boost"] - readings["off"]
    ours = descendants(run.engine.process.pid)
    entry["listed"] = [pid for pid in run.gpu.sensors.compute_pids() if pid in ours]


def idle(run, entry):
    """Minutes without a request: none may wake the GPU. The watts of each minute are kept."""
    start, minutes = time.monotonic(), entry.setdefault("minutes", [])
    entry["wakes_before"] = run.engine.wakes()
    until = start + run.options.idle - 12
    while (left := until - time.monotonic()) > 0.5:
        minutes.append(run.gpu.average_watts(min(60, left)))
        entry["watts"] = mean(minute["watts"] for minute in minutes)
        entry["highest_mhz"] = max(minute["highest_mhz"] for minute in minutes)
        entry["wakes_after"] = run.engine.wakes()
        entry["idle_s"] = round(time.monotonic() - start, 1)
        run.save()
    cost.measure(run, run.results["steps"].setdefault("cost40", {}), 10, 40)
    entry["wakes_after"] = run.engine.wakes()
    entry["idle_s"] = round(time.monotonic() - start, 1)
    # The first request after minutes, which the longer sensing period meets.
    first, following = run.server.ask(), run.server.ask()
    entry["answers"], entry["answer_ratio"] = [first, following], ratio(first["total_ms"], following["total_ms"])
