"""What the original's documentation says of its class, at its least: an operation on 256 by 256 values every 0.1 s
from a thread, the temperature read before each, none during inference. It is written from that description; to
measure the original itself, name a folder that holds it."""

import contextlib
import threading

import torch
from nvml import ON_GPU, Nvml, c_int


class GPUKeepalive:
    def __init__(self):
        self.tensor = torch.randn(256, 256, device="cuda", dtype=torch.float16)
        self.sensors = Nvml(0)
        self.busy = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()

    def run(self):
        while not self.ended.wait(0.1):
            celsius = self.sensors.number("nvmlDeviceGetTemperature", c_int(ON_GPU))
            if not self.busy and (celsius is None or celsius <= 83):
                self.tensor @ self.tensor
                torch.cuda.synchronize()

    @contextlib.contextmanager
    def inference_mode(self):
        self.busy = True
        try:
            yield
        finally:
            self.busy = False

    def stop(self):
        self.ended.set()
        self.thread.join()
