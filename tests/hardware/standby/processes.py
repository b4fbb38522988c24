"""Processes, by /proc and their clocks."""

import contextlib
import os
import subprocess
import time
from pathlib import Path


def processor_seconds(pid):
    """Processor time of a process with all its threads, from its clock, else from /proc."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except (OSError, OverflowError):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def descendants(pid):
    """The process and everything it started."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, open_ = [], [pid]
    while open_:
        found.append(open_.pop())
        open_ += parents.get(found[-1], [])
    return found


def status_field(path, key):
    for line in path.read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return None


def memory_kib(pid):
    """Resident memory, and the part that no other process shares where the kernel reports it."""
    result = {"rss_kib": None, "anonymous_kib": None, "pss_kib": None}
    with contextlib.suppress(OSError):
        status = Path(f"/proc/{pid}/status")
        result["rss_kib"] = status_field(status, "VmRSS")
        result["anonymous_kib"] = status_field(status, "RssAnon")
        result["pss_kib"] = status_field(Path(f"/proc/{pid}/smaps_rollup"), "Pss")
    return result


def resident_mib(pid):
    """Resident memory of a process and everything it started."""
    kib = [memory_kib(each)["rss_kib"] or 0 for each in descendants(pid)]
    return round(sum(kib) / 1024, 1)


def switches(pid):
    """How often the threads of a process have gone to sleep, or None where that is not reported."""
    with contextlib.suppress(OSError):
        counts = [
            status_field(task / "status", "voluntary_ctxt_switches")
            for task in Path(f"/proc/{pid}/task").iterdir()
        ]
        return None if None in counts else sum(counts)
    return None


def end(process, wait_s=8):
    """Ends a process that this program started, and reaps it."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
