"""The GPU's sensors, read from NVML in this process: a reading takes less than 0.1 ms.

Nothing of the GPU is changed: only functions that read are called.
"""

import ctypes
from ctypes import byref, c_int, c_uint, c_ulonglong, c_void_p, create_string_buffer

SM = 1  # nvmlClockType_t
ON_GPU = 0  # nvmlTemperatureSensors_t


class MemoryV2(ctypes.Structure):
    _fields_ = [("version", c_uint), ("total", c_ulonglong), ("reserved", c_ulonglong)]
    _fields_ += [("free", c_ulonglong), ("used", c_ulonglong)]


class Utilization(ctypes.Structure):
    _fields_ = [("gpu", c_uint), ("memory", c_uint)]


class PciInfo(ctypes.Structure):
    _fields_ = [("legacy", ctypes.c_char * 16), ("numbers", c_uint * 5), ("bus_id", ctypes.c_char * 32)]


class Process(ctypes.Structure):
    _fields_ = [("pid", c_uint), ("used", c_ulonglong), ("instance", c_uint), ("compute_instance", c_uint)]


class NvmlError(Exception):
    pass


class Nvml:
    """One GPU. What the driver does not report is None."""

    def __init__(self, index):
        self.library = ctypes.CDLL("libnvidia-ml.so.1")
        self.call("nvmlInit_v2")
        self.device = c_void_p()
        self.call("nvmlDeviceGetHandleByIndex_v2", c_uint(index), byref(self.device))
        self.name = self.text("nvmlDeviceGetName", self.device)
        self.driver = self.text("nvmlSystemGetDriverVersion")
        self.uuid = self.text("nvmlDeviceGetUUID", self.device)
        pci = PciInfo()
        self.call("nvmlDeviceGetPciInfo_v3", self.device, byref(pci))
        # NVML writes the domain with eight digits, the kernel with four.
        self.pci_bus_id = pci.bus_id.decode().lower()[-12:]
        self.max_mhz = self.number("nvmlDeviceGetMaxClockInfo", c_int(SM))

    def call(self, function, *arguments):
        code = getattr(self.library, function)(*arguments)
        if code != 0:
            raise NvmlError(f"{function}: NVML error {code}")

    def text(self, function, *arguments):
        buffer = create_string_buffer(96)
        self.call(function, *arguments, buffer, c_uint(len(buffer)))
        return buffer.value.decode()

    def number(self, function, *arguments):
        value = c_uint()
        try:
            self.call(function, self.device, *arguments, byref(value))
        except NvmlError:
            return None
        return value.value

    def mhz(self):
        return self.number("nvmlDeviceGetClockInfo", c_int(SM))

    def watts(self):
        milliwatts = self.number("nvmlDeviceGetPowerUsage")
        return None if milliwatts is None else milliwatts / 1000

    def utilization(self):
        rates = Utilization()
        try:
            self.call("nvmlDeviceGetUtilizationRates", self.device, byref(rates))
        except NvmlError:
            return None
        return rates.gpu

    def pstate(self):
        return self.number("nvmlDeviceGetPerformanceState")

    def used_mib(self):
        memory = MemoryV2(version=ctypes.sizeof(MemoryV2) | 2 << 24)
        self.call("nvmlDeviceGetMemoryInfo_v2", self.device, byref(memory))
        return round(memory.used / 2**20, 1)

    def compute_pids(self):
        count, processes = c_uint(64), (Process * 64)()
        name = "nvmlDeviceGetComputeRunningProcesses_v3"
        self.call(name, self.device, byref(count), processes)
        return [process.pid for process in processes[: count.value]]

    def read(self):
        return {
            "mhz": self.mhz(),
            "pstate": self.pstate(),
            "watts": self.watts(),
            "utilization": self.utilization(),
            "used_mib": self.used_mib(),
            "temperature_c": self.number("nvmlDeviceGetTemperature", c_int(ON_GPU)),
        }
