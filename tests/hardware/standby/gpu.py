"""The GPU over time: raised or down, watts, and when its clocks fall."""

import threading
import time

from common import mean
from nvml import Nvml


class SimulatedGpu:
    """The engine's simulated GPU, for a trial without one (`--dry`)."""

    name, driver, max_mhz, pci_bus_id = "simulated", "none", 1980, None

    def __init__(self, engine):
        self.engine = engine

    def mhz(self):
        return self.read()["mhz"]

    def watts(self):
        return self.read()["watts"]

    def used_mib(self):
        return self.read()["used_mib"]

    def compute_pids(self):
        return []

    def read(self):
        gpu = self.engine.gpu() or {}
        vram = gpu.get("vram") or {}
        used = (vram.get("total_bytes") or 0) - (vram.get("free_bytes") or 0)
        return {
            "mhz": gpu.get("sm_clock_mhz"),
            "pstate": gpu.get("pstate"),
            "watts": gpu.get("power_w"),
            "utilization": gpu.get("utilization_percent"),
            "used_mib": round(used / 2**20, 1),
            "temperature_c": gpu.get("temperature_c"),
        }


class Gpu:
    """A GPU and its two levels: an SM clock of at least half its maximum counts as raised."""

    def __init__(self, options, engine):
        self.sensors = SimulatedGpu(engine) if options.dry else Nvml(options.gpu)
        self.name, self.driver = self.sensors.name, self.sensors.driver
        self.max_mhz = self.sensors.max_mhz or 1980

    def read(self):
        return self.sensors.read()

    def raised(self, mhz):
        return mhz is not None and mhz >= self.max_mhz / 2

    def is_raised(self):
        return self.raised(self.sensors.mhz())

    def wait_until_down(self, wait_s=10):
        """Seconds until the clocks are down; None if they were not within `wait_s`."""
        start = time.monotonic()
        while time.monotonic() < start + wait_s:
            if not self.is_raised():
                return round(time.monotonic() - start, 3)
            time.sleep(0.02)
        return None

    def stream(self, period_ms):
        return Stream(self, period_ms)

    def average_watts(self, seconds):
        """Mean watts over that time, and the highest SM clock in it."""
        start = time.monotonic()
        with self.stream(100) as stream:
            time.sleep(seconds)
            samples = stream.since(start)
        if len(samples) < seconds:
            raise RuntimeError(f"the driver gave {len(samples)} samples in {seconds} s")
        return {
            "watts": mean(watts for _, _, watts in samples),
            "highest_mhz": max(mhz or 0 for _, mhz, _ in samples),
            "samples": len(samples),
        }


class Stream:
    """Samples (time, MHz, watts) at a fixed period, from a thread."""

    def __init__(self, gpu, period_ms):
        self.gpu, self.period_s = gpu, period_ms / 1000
        self.samples, self.stop = [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()
        return self

    def follow(self):
        due = time.monotonic()
        while not self.stop.is_set():
            sensors = self.gpu.sensors
            self.samples.append((time.monotonic(), sensors.mhz(), sensors.watts()))
            due = max(due + self.period_s, time.monotonic())
            self.stop.wait(due - time.monotonic())

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join(2)

    def since(self, moment):
        return [sample for sample in list(self.samples) if sample[0] >= moment]

    def wait_for_fall(self, since, wait_s):
        """Seconds from that moment until the SM clock is down, None if never."""
        while time.monotonic() < since + wait_s:
            for at, mhz, _ in self.since(since):
                if not self.gpu.raised(mhz):
                    return round(at - since, 3)
            time.sleep(0.02)
        return None
