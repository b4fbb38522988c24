"""SIGKILL of the engine and of the process that holds: the clocks fall, and the next request is served."""

import os
import signal
import time

from common import JUDGED_S, REST_S, ratio, sleep_until
from processes import alive, command_line, descendants


def kill(run, entry):
    # What the clocks do after an answer with nobody, and with standby.
    run.off()
    time.sleep(2)
    with run.gpu.stream(50) as stream:
        run.server.ask()
        entry["fall_with_nobody_s"] = stream.wait_for_fall(run.server.last_end, 8)
    run.on()
    with run.gpu.stream(50) as stream:
        run.server.ask()
        entry["fall_with_standby_s"] = stream.wait_for_fall(run.server.last_end, 10)
    run.engine.standing_by()
    run.save()
    kill_hold(run, entry.setdefault("hold", {}))
    run.save()
    run.engine.standing_by()
    kill_engine(run, entry.setdefault("engine", {}))


def raised_after_answer(run, stream, wait_s):
    """Answers a request, waits, and returns whether the clocks are still up."""
    run.server.ask()
    sleep_until(run.server.last_end + wait_s)
    recent = stream.since(time.monotonic() - 0.4)
    return bool(recent) and run.gpu.raised(recent[-1][1])


def kill_hold(run, entry):
    hold = run.engine.hold_process()
    if hold is None:
        entry["not_there"] = "this engine has no hold process"
        return
    before = run.engine.wakes()
    with run.gpu.stream(50) as stream:
        entry["was_raised"] = raised_after_answer(run, stream, 0.4 * run.options.linger)
        os.kill(hold, signal.SIGKILL)
        entry["down_after_s"] = stream.wait_for_fall(time.monotonic(), 8)
    start = time.monotonic()
    while time.monotonic() < start + 15 and run.engine.hold_process() in (None, hold):
        time.sleep(0.1)
    entry["new_process"] = run.engine.hold_process() not in (None, hold)
    _, entry["standby_after_s"] = run.engine.standing_by()
    entry["next_request"] = run.first_after_rest(REST_S)
    entry["back_to_back"] = run.server.ask()
    time.sleep(JUDGED_S)
    entry["wakes_before"], entry["wakes_after"] = before, run.engine.wakes()
    entry["served_ratio"] = ratio(entry["next_request"]["total_ms"], entry["back_to_back"]["total_ms"])


def kill_engine(run, entry):
    ours = descendants(run.engine.process.pid)
    with run.gpu.stream(50) as stream:
        entry["was_raised"] = raised_after_answer(run, stream, 0.4 * run.options.linger)
        run.engine.process.kill()
        killed = time.monotonic()
        run.engine.process.wait(5)
        entry["down_after_s"] = stream.wait_for_fall(killed, 8)
    sleep_until(killed + 3)
    entry["left_behind"] = [command_line(pid)[1:] for pid in ours if alive(pid)]
    run.engine.start()
    run.engine.wait_for(lambda _: True, 15, "a new engine")
    _, entry["standby_after_s"] = run.engine.standing_by()
    entry["next_request"] = run.first_after_rest(REST_S)
