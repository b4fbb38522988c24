"""A made-up GPU for a trial of series.py without one: it rises 60 ms after a boost and falls 1 s after it."""

import time


class DryGpu:
    name, driver, uuid, max_mhz, pci_bus_id = "made up", "none", "GPU-0", 1980, None

    def __init__(self):
        self.held, self.up_from, self.down_from = set(), 0.0, 0.0

    def set(self, owner, held):
        if held and not self.held:
            self.up_from = time.monotonic() + 0.06
        if not held and owner in self.held:
            self.down_from = time.monotonic() + 1.0
        (self.held.add if held else self.held.discard)(owner)

    def mhz(self):
        now = time.monotonic()
        up = now >= self.up_from if self.held else now < self.down_from
        return 1980 if up else 345

    def pstate(self):
        return 0

    def watts(self):
        return 120.0 if self.mhz() > 345 else 80.0

    def utilization(self):
        return 0

    def hold(self):
        return DryRole(self, "hold")

    def workload(self, CUDA_DISABLE_PERF_BOOST):
        return DryRole(self, "quiet" if CUDA_DISABLE_PERF_BOOST else "loud")


class DryRole:
    """Also its own process, which can be killed and waited for."""

    def __init__(self, gpu, kind):
        self.gpu, self.kind, self.process = gpu, kind, self

    def ask(self, action):
        name = action if isinstance(action, str) else next(iter(action))
        time.sleep(0.01)
        if self.kind == "hold":
            self.gpu.set(self, name == "hold")
        elif name == "repeat" or (name == "load" and self.kind == "loud"):
            self.gpu.set(self, True)
            if name == "repeat":
                time.sleep(0.37)
                self.gpu.set(self, False)

    def send_signal(self, _):
        """Nothing here goes on by itself."""

    def kill(self):
        self.gpu.set(self, False)

    end = kill

    def wait(self):
        return -9
