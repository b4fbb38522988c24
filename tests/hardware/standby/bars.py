"""The bars, and the table of what was measured."""

from common import ANSWER_TOKENS


def change(step, key, start="before", stop="after"):
    """How much a counter of the engine's wakes grew between two moments of a step."""
    return step[f"wakes_{stop}"][key] - step[f"wakes_{start}"][key]


def wake_counts(results):
    """Wakes that had to be and that were missed, over the steps with requests after a rest."""
    steps = [results["steps"].get(name, {}) for name in ("pairs", "wakes", "second")]
    expected, missed, short = 0, 0, 0
    for step in steps:
        before, after = step.get("wakes_before"), step.get("wakes_after")
        if not before or not after:
            continue
        expected += step["expected_wakes"]
        missed += change(step, "missed")
        short += max(0, step["expected_wakes"] - (change(step, "sensed") - change(step, "false")))
    if results.get("earlier"):
        more = wake_counts(results["earlier"])
        expected, missed, short = expected + more[0], missed + more[1], short + more[2]
    return expected, missed, short


def bars(results):
    """Every bar with what was measured: (name, measured, bar, held). None: not measured."""
    steps, rows = results["steps"], []

    def get(*path):
        value = steps
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def most(name, value, limit, unit="", also=True):
        """At most that much; `also` is a condition without which the figure proves nothing."""
        if value is not None:
            rows.append((name, f"{value}{unit}", f"at most {limit}{unit}", value <= limit and bool(also)))

    def note(name, value, unit=""):
        if value is not None:
            rows.append((name, f"{value}{unit}", "", None))

    for key, name, limit in (("answer", "whole answer", 1.04), ("prompt", "prompt", 1.1)):
        rested = 5 * (get("pairs", "not_at_rest") or 0) <= len(get("pairs", "pairs") or [])
        most(f"{name}, standby / back to back", get("pairs", key, "standby_ratio"), limit, also=rested)
        note(f"{name}, nobody / back to back", get("pairs", key, "nobody_ratio"))
        for part in ("back_to_back_ms", "standby_ms", "nobody_ms"):
            note(f"  {name}, {part[:-3].replace('_', ' ')}", get("pairs", key, part), " ms")
    note("pairs", len(get("pairs", "pairs") or []) or None)
    note("pairs not at rest before", get("pairs", "not_at_rest"))
    most("first token, standby above warm", get("second", "first_ms", "more_ms"), 18, " ms")
    for part in ("warm", "standby", "nobody"):
        note(f"  first token, {part}", get("second", "first_ms", part), " ms")
        note(f"  {ANSWER_TOKENS} tokens, {part}", get("second", "total_ms", part), " ms")
    most("watts at rest, standby above off", get("watts", "more_w"), 2, " W")
    note("  standby", get("watts", "standby_w"), " W")
    note("  off", get("watts", "off_w"), " W")
    note("  boosted, no work", get("vram", "boost", "watts"), " W")
    most("the same, /health polled", get("health", "more_w"), 3, " W")
    if get("health", "wakes_after"):
        for name, start, stop in (("learning", "before", "learned"), ("after it", "learned", "after")):
            note(f"  false wakes, {name}", change(get("health"), "false", start, stop))
        note("  request while polled / next", get("health", "request_ratio"))
    most("VRAM, standby", get("vram", "standby_mib"), 0, " MiB")
    most("VRAM, boost", get("vram", "boost_mib"), 0, " MiB", also=get("vram", "boost", "raised"))
    for step in ("cost", "cost40"):
        rss = get(step, "hold", "rss_kib")
        at = f"{get(step, 'period_ms')} ms"
        most(f"resident memory of hold ({at})", rss and round(rss / 1024, 2), 4, " MiB")
        total = get(step, "all_rss_kib")
        note("  all our processes", total and round(total / 1024, 1), " MiB")
        most(f"processor time of hold / empty loop ({at})", get(step, "ratio"), 1.3)
        note("  hold", get(step, "hold", "percent"), " %")
    expected, missed, short = wake_counts(results)
    if expected:
        # Fewer is no failure yet: another run adds to them (--earlier).
        rows.append(("wakes that had to be", expected, "at least 60", True if expected >= 60 else None))
        most("  missed, by the engine", missed, 0)
        most("  without a wake, by our count", short, 0)
    note("  by the wakes' own log", get("wakes", "without_a_wake"))
    for part in ("median", "worst"):
        note(f"  milliseconds of a wake, {part}", get("wakes", "wake_ms", part), " ms")
    note("  whole answer, first after a rest", get("wakes", "total_ms"), " ms")
    for name in ("pairs", "wakes", "second"):
        if get(name, "wakes_after") and get(name, "wakes_before"):
            note(f"  false wakes during {name}", change(get(name), "false"))
    idle = steps.get("idle", {})
    if idle.get("wakes_after") and idle.get("idle_s"):
        seconds = idle["idle_s"]
        most(f"false wakes in {seconds:.0f} idle seconds", change(idle, "false"), 0, also=seconds >= 295)
        note("  highest SM clock", idle.get("highest_mhz"), " MHz")
        note("  watts", idle.get("watts"), " W")
        note("  answer after it / back to back", idle.get("answer_ratio"))
    enough = (get("leases", "count") or 0) >= 30 and not get("leases", "not_raised")
    most("answer to begin_lease {wait: true}, median", get("leases", "ms"), 20, " ms", also=enough)
    note("  worst", get("leases", "worst_ms"), " ms")
    note("  leases after a rest", get("leases", "count"))
    note("  leases without raised clocks", get("leases", "not_raised"))
    if get("serve", "wakes_after"):
        useful = change(get("serve"), "sensed") - change(get("serve"), "false")
        note("requests to a server of `serve`, woken", f"{useful} of {len(get('serve', 'answers'))}")
        most("  answer, first after a rest / back to back", get("serve", "answer_ratio"), 1.1)
        note("  exit code after SIGTERM", get("serve", "exit_code"))
        most("  processes left behind", len(get("serve", "left_behind") or []), 0)
    note("a loud server, as reported", get("loud", "status", "loud", "power_w"), " W")
    note("  by NVML", get("loud", "watts"), " W")
    note("bench --quick", get("bench", "lasted_s"), " s")
    for each in get("bench", "result", "strategies") or []:
        note(f"  {each['strategy']}", each["text"])
    for name in ("engine", "hold"):
        entry = get("kill", name) or {}
        if "was_raised" in entry:
            seconds = entry.get("down_after_s")
            late = 99.0 if seconds is None else seconds
            most(f"clocks down after SIGKILL of {name}", late, 2, " s", also=entry["was_raised"])
    if get("kill", "engine", "left_behind") is not None:
        most("  processes left behind", len(get("kill", "engine", "left_behind")), 0)
    new = get("kill", "hold", "new_process")
    most("  next answer of the new hold / back to back", get("kill", "hold", "served_ratio"), 1.1, also=new)
    note("  clocks down after an answer, nobody", get("kill", "fall_with_nobody_s"), " s")
    note("  clocks down after an answer, standby", get("kill", "fall_with_standby_s"), " s")
    return rows


def print_table(results):
    machine = results["machine"]
    print(f"\n{machine.get('gpu')}, driver {machine.get('driver')}, {machine['kernel']}, {machine.get('version')}")
    for name, measured, bar, held in results["bars"]:
        verdict = {True: "pass", False: "FAIL", None: ""}[held]
        print(f"{name:<48} {measured!s:>12}  {bar:<16} {verdict}")
    for name, entry in results["steps"].items():
        trouble = entry.get("error") or entry.get("skipped")
        if trouble:
            print(f"{name}: {trouble}")
    for name, entry in results["steps"].items():
        for keeper, row in (entry.get("rows") or {}).items():
            print(
                f"{name} {keeper:<9} {row['watts_at_rest']!s:>8} W  first token {row['first_token']['first_ms']!s:>8}"
                f" / {row['first_token']['back_to_back_ms']!s:>8} ms  answer {row['answer']['first_ms']!s:>8}"
                f" / {row['answer']['back_to_back_ms']!s:>8} ms  {row['vram_mib']} MiB VRAM, {row['resident_mib']} MiB"
            )
    print("wakes", results["wakes"][-1] if results["wakes"] else "not read", flush=True)
