"""What the engine says, as types.

Generated from crates/core/src/protocol.rs by tools/protocol.py. Numbers are in the unit that their
name or their type ends in. A field that an engine of another version does not send is None, or
empty where it is a tuple.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal, TypeVar

_R = TypeVar("_R", bound="Record")


@dataclass(frozen=True)
class Record:
    """An object of the protocol."""

    _records: ClassVar[Mapping[str, type[Record]]] = {}
    _tuples: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def from_json(cls: type[_R], data: Mapping[str, Any]) -> _R:
        """Returns it as read from JSON. Unknown fields are left out."""
        values: dict[str, Any] = {}
        for field in fields(cls):
            name = field.name
            value = data.get(name)
            record = cls._records.get(name)
            if name in cls._tuples:
                value = tuple(record.from_json(item) if record else item for item in value or ())
            elif record is not None and value is not None:
                value = record.from_json(value)
            values[name] = value
        return cls(**values)


@dataclass(frozen=True)
class Tagged(Record):
    """One of several kinds, with what belongs to that kind."""

    id: str
    """The kind."""
    values: Mapping[str, Any] | None
    """What belongs to it; None where nothing does."""

ErrorCode = Literal[
    "line_too_long",
    "invalid_json",
    "unknown_request",
    "invalid_argument",
    "too_many_clients",
    "too_many_served",
    "lease",
    "not_raised",
    "settings_not_written",
    "no_window",
    "another_desktop",
    "not_measured",
    "stopping",
]
"""Kinds of refusal that some face distinguishes."""


@dataclass(frozen=True)
class ApiError(Record):
    """The error of a refused request."""

    code: ErrorCode
    """For programs."""
    message: str
    """For people: what was wrong and what would be right."""


Severity = Literal["ok", "info", "warning", "error"]
"""The importance of a notice or a finding."""


@dataclass(frozen=True)
class Finding(Record):
    """One thing that was found."""

    id: str
    """For programs: never changes its meaning. The same on several GPUs."""
    severity: Severity
    """Its importance."""
    title: str
    """The finding, in a sentence for people."""
    evidence: str
    """The evidence, as far as possible in numbers."""
    advice: str
    """The advice; empty when there is nothing to do."""


@dataclass(frozen=True)
class Doctor(Record):
    """The reasons why a GPU is slow, or does not hold."""

    _records = {
        "findings": Finding,
    }
    _tuples = frozenset(("findings",))

    findings: tuple[Finding, ...]
    """Worst first."""


@dataclass(frozen=True)
class EnergyDay(Record):
    """One calendar day in the user's time zone."""

    date: str
    """The day, as ``2026-11-23``."""
    warm_wh: float | None
    """Watt-hours above rest; None when they could not be measured."""
    saved_wh: float | None
    """Watt-hours that holding would have cost while it stood by with the clocks down.

    None as long as the power of this GPU, held or at rest, is not known.
    """
    cost: float | None
    """In the user's currency; None without a price."""
    warm_s: float
    """Seconds held, summed over the GPUs."""
    standby_s: float
    """Seconds standing by, summed over the GPUs; those in which a server held the clocks itself included."""
    cold_starts_avoided: int
    """Requests that arrived at a ready GPU and would have been cold."""


@dataclass(frozen=True)
class EnergyReport(Record):
    """Energy by day, oldest first."""

    _records = {
        "days": EnergyDay,
    }
    _tuples = frozenset(("days",))

    days: tuple[EnergyDay, ...]
    """One entry a calendar day."""
    currency: str
    """The unit of every cost."""


GpuUuid = str
"""The driver's unchanging name of one GPU, such as ``GPU-5e2c1a34-…``."""

PciBusId = str
"""A PCI address, written as Linux writes it.

``0000:01:00.0``. NVML pads the domain to eight digits (``00000000:01:00.0``); both forms parse.
"""

Bytes = int
"""Memory in bytes."""


@dataclass(frozen=True)
class ComputeCapability(Record):
    """CUDA compute capability, such as 9.0 for Hopper."""

    major: int
    """Architecture generation."""
    minor: int
    """Revision within the generation."""


Megahertz = int
"""Clock frequency in megahertz."""

Celsius = int
"""Degrees Celsius, as whole degrees: NVML reports no finer."""


@dataclass(frozen=True)
class GpuInfo(Record):
    """The properties of a GPU that do not change while its driver stays loaded."""

    _records = {
        "compute_capability": ComputeCapability,
    }

    index: int
    """Position in the driver's list, from 0."""
    uuid: GpuUuid
    """The driver's name for it."""
    name: str
    """Marketing name, such as ``NVIDIA GeForce RTX 4090``."""
    pci_bus_id: PciBusId
    """Its place on the PCI bus."""
    vram_total: Bytes | None
    """All of its memory; None when the driver does not report it."""
    driver_version: str
    """Driver version, such as ``580.159.04``."""
    compute_capability: ComputeCapability | None
    """None when the driver does not report it."""
    sm_clock_max: Megahertz | None
    """The SM clock it can reach at most."""
    slowdown_temperature: Celsius | None
    """The temperature at which the hardware begins to slow itself down."""
    memory_bandwidth_gbps: int | None
    """Bandwidth of its memory in GB/s, from the highest memory clock and the bus's width."""


Use = Literal["chat", "code", "vision", "embedding"]
"""What a model is wanted for."""

KvCache = Literal["f16", "q8_0", "q4_0"]
"""How the KV cache is stored."""

Format = Literal["Q2_K", "Q3_K_M", "IQ4_XS", "Q4_K_M", "Q4_0", "MXFP4", "Q5_K_M", "Q6_K", "Q8_0", "F16"]
"""How weights are stored in a GGUF file, the lowest quality first."""

Tier = Literal["conservative", "optimal", "aggressive"]
"""How much of the free VRAM a model may take.

The original tool drew its lines at 45, 65 and 85 % of the VRAM, for the weights alone and with 1 GB for each billion
parameters at 4 bits, which left the rest to everything it did not count. Here everything is counted, and against what
is free, so its upper lines are the first two and the error bar is the last.
"""

Placement = Literal["gpu", "experts_on_cpu", "partial"]
"""Where a model is kept."""

Runtime = Literal["ollama", "llama_cpp", "lm_studio"]
"""A program that serves models: Ollama, llama.cpp or LM Studio."""


@dataclass(frozen=True)
class Commands(Record):
    """The commands that fetch and serve a model with one runtime."""

    runtime: Runtime
    """The runtime."""
    fetch: str
    """The command that fetches the model."""
    run: str
    """The command that serves it with the calculated context and cache."""


@dataclass(frozen=True)
class ModelFit(Record):
    """One model in one format on that card."""

    _records = {
        "commands": Commands,
    }
    _tuples = frozenset(("use", "tokens_per_s", "commands",))

    name: str
    """What people call it."""
    parameters_b: float
    """Billions of parameters."""
    active_parameters_b: float
    """Billions of parameters used for one token; equal to all in a dense model."""
    active_b: float | None
    """Billions of parameters used for one token; None in a dense model."""
    format: Format
    """How the weights are stored."""
    use: tuple[Use, ...]
    """What the model is good for."""
    tier: Tier
    """How much of the free VRAM it takes; aggressive for one that fits only in part."""
    fits: bool
    """Whether it fits in this placement, the error included; not when only some layers do."""
    placement: Placement
    """Where its parts are kept."""
    total_gib: float
    """Everything on the card; more than is free when it does not fit."""
    error_gib: float
    """How far a load may be from that."""
    weights_gib: float
    """The weights on the card."""
    vision_gib: float
    """Of them, the part that reads images; 0 where it is not loaded."""
    kv_cache_gib: float
    """Keys and values of the context."""
    compute_gib: float
    """Buffers for intermediate results."""
    context_gib: float
    """The CUDA context."""
    ram_gib: float
    """Main memory that the rest takes."""
    context_tokens: int
    """The context that was calculated, which is the one that was asked for."""
    max_context_tokens: int
    """The longest context that fits in this placement."""
    native_context_tokens: int
    """The longest context it was made for."""
    layers_on_gpu: int
    """Layers on the card; the processor computes the others."""
    layers: int
    """All of its layers."""
    cpu_expert_layers: int
    """Layers whose experts the processor computes."""
    tokens_per_s: tuple[float, float]
    """Tokens a second, as a range: a full context on a slow machine, an empty one on a fast one."""
    fetch: str
    """The command that fetches it, for the simplest runtime that can serve it so."""
    run: str
    """The command that serves it with this context and cache."""
    commands: tuple[Commands, ...]
    """The commands of every runtime that can serve it so."""
    installed: bool
    """Whether Ollama has it already."""
    reason: str
    """Why it is here, in one line."""
    licence: str
    """The licence's name."""
    commercial_use: bool
    """Whether the licence allows commercial use."""
    released: str
    """Year and month of publication."""
    source: str
    """The publisher's repository on Hugging Face."""


@dataclass(frozen=True)
class SmallerContext(Record):
    """A model that can serve only a smaller context than was asked for."""

    name: str
    """What people call it."""
    format: Format
    """How the weights are stored."""
    context_tokens: int
    """The longest context that it can serve on this card."""
    native_context_tokens: int
    """The longest context it was made for."""


@dataclass(frozen=True)
class Recommendation(Record):
    """Which models fit a card.

    ``recommend --json``, the Models page and the wizard's step. Every size is in binary gigabytes (GiB), rounded to
    hundredths.
    """

    _records = {
        "models": ModelFit,
        "smaller_context": SmallerContext,
    }
    _tuples = frozenset(("models", "smaller_context", "notes",))

    vram_gib: float
    """All VRAM of the card."""
    free_gib: float
    """VRAM that is free."""
    free_is_assumed: bool
    """Whether ``free_gib`` is an assumption, because no GPU was asked."""
    ram_gib: float
    """Main memory of the machine."""
    ram_is_assumed: bool
    """Whether ``ram_gib`` is an assumption."""
    use: Use
    """What the models are wanted for."""
    context_tokens: int
    """The context that was asked for, at least 256 tokens."""
    kv_cache: KvCache
    """How the KV cache is stored."""
    format: Format | None
    """The only format that was asked for; None when any will do."""
    checked: str | None
    """The day the catalogue was checked, as ``2026-11-23``."""
    models: tuple[ModelFit, ...]
    """Best first; those that fit only in part are last."""
    smaller_context: tuple[SmallerContext, ...]
    """Models that can serve only a smaller context than was asked for."""
    notes: tuple[str, ...]
    """What the sizes include, how exact they are, and what would fit when nothing does."""


Mode = Literal["always", "while_loaded", "on_demand"]
"""The rule for keeping the GPU ready."""

PowerSource = Literal["ac", "battery", "undersized_adapter"]
"""The machine's source of power."""


@dataclass(frozen=True)
class ModeText(Record):
    """One mode to choose."""

    mode: Mode
    """The mode."""
    title: str
    """Its name for people."""
    explanation: str
    """Its effect."""


@dataclass(frozen=True)
class EngineText(Record):
    """The text for the engine as a whole."""

    _records = {
        "modes": ModeText,
    }
    _tuples = frozenset(("modes",))

    switch: str
    """The effect of the main switch: the mode's title, or that it is off."""
    pause: str | None
    """The user's pause and its end; None without one."""
    power: str
    """The power source of the machine."""
    no_gpu: str | None
    """The reason why no GPU is shown; None where there is one."""
    modes: tuple[ModeText, ...]
    """The modes to choose from, in the order they are shown."""


@dataclass(frozen=True)
class EngineStatus(Record):
    """The engine itself."""

    _records = {
        "text": EngineText,
    }

    version: str
    """Version of the program."""
    pid: int
    """Its process id."""
    simulated: bool
    """True if the GPUs are simulated."""
    mode: Mode
    """The rule for keeping GPUs ready."""
    enabled: bool
    """True if the keepalive is switched on."""
    uptime_s: float
    """Seconds since it started."""
    paused: bool
    """The user paused it."""
    pause_remaining_s: float | None
    """Seconds until a timed pause ends; None without one."""
    leases: int
    """Leases held now."""
    users: int
    """Connected clients that hold a GPU, or did so since they connected."""
    power_source: PowerSource
    """The machine's source of power."""
    text: EngineText
    """The same for people."""


Phase = Literal["off", "asleep", "standby", "warm", "yielding", "paused", "fault"]
"""The engine's activity for one GPU."""

PauseReason = Literal["user", "thermal", "sensor", "battery", "power_saver", "vram", "budget", "measuring"]
"""The reason why a GPU is not held although it is wanted."""


@dataclass(frozen=True)
class State(Tagged):
    """The state of a GPU, as the user sees it."""

    # starting, off, asleep, standby, getting_ready, ready, busy, paused, fault


@dataclass(frozen=True)
class Cause(Tagged):
    """The cause of a state.

    ``program`` is the entry of ``ai_programs`` that a process matched; None where it matched none, or where several
    could be meant.
    """

    # nothing_uses_it, not_used_lately, suspended, armed, still_up, held_by_server, raised, lingering, until_unused,
    # as_you_asked, held_for, loaded, gaps, requests_not_sensed, too_many_programs, wakes_too_slow, false_wakes,
    # computing, lease, user, hot, no_temperature, on_battery, weak_adapter, power_saver, vram_reserved, budget_spent,
    # benchmark, fault


@dataclass(frozen=True)
class Message(Record):
    """A state and its causes."""

    _records = {
        "state": State,
        "causes": Cause,
    }
    _tuples = frozenset(("causes",))

    state: State
    """The state."""
    causes: tuple[Cause, ...]
    """Its causes, the most important first; empty where the state needs none."""


@dataclass(frozen=True)
class Hold(Tagged):
    """The hold on the clocks."""

    # nothing, standby, boost, power_mizer, context, pulse


@dataclass(frozen=True)
class StatusText(Record):
    """The text for one GPU, rendered from its message and hold."""

    short: str
    """The state as text of one or two words, for a table or a badge: ``Resting``."""
    line: str
    """The state in one line for a menu: with its causes, where the heading is no sentence."""
    headline: str
    """The state as a heading: ``Resting. Full speed on the next request.``."""
    cause: str | None
    """The causes, as one or more sentences; None where the heading is enough."""
    hold: str
    """The hold on the clocks."""


Badge = Literal["off", "asleep", "low", "full", "standby", "middling", "paused", "hot", "fault"]
"""Colour and shape of a GPU's state, in the order of attention.

Of several GPUs the greatest is shown. The drawings are ``icons/tray/*.svg``.
"""

PState = int
"""A performance state: 0 is the highest, 15 the lowest (``nvmlPstates_t``)."""

Watts = float
"""Electrical power in watts."""

Percent = int
"""Share of time or capacity, 0 to 100."""


@dataclass(frozen=True)
class VramStatus(Record):
    """Memory of one GPU."""

    total_bytes: Bytes | None
    """All of it."""
    free_bytes: Bytes | None
    """Free memory."""
    ours_bytes: Bytes | None
    """Memory that our driver process holds."""


Strategy = Literal["standby", "boost", "power_mizer", "context", "pulse"]
"""The strategy that holds the clocks; the cheaper, the less."""


@dataclass(frozen=True)
class WakeStatistics(Record):
    """Wakes since the start. The times are those of the wakes that are remembered."""

    sensed: int
    """Requests that were sensed, false ones included."""
    false: int
    """Wakes without GPU work."""
    missed: int
    """GPU work without a wake."""
    median_ms: float | None
    """The middle wake time, in milliseconds."""
    worst_ms: float | None
    """The longest wake time, in milliseconds."""


@dataclass(frozen=True)
class ClientStatus(Record):
    """An AI process that has a GPU open."""

    pid: int
    """Its process id."""
    name: str
    """Its name for people, such as ``Ollama``."""
    quiet: bool | None
    """True if it lets the GPU rest while it is loaded; None where that is not known."""


HoldKind = Literal["lease", "dbus", "program", "warm"]
"""The way in which a GPU was asked for."""


@dataclass(frozen=True)
class HoldStatus(Record):
    """A demand for a GPU that a program or the user made."""

    id: int | None
    """Names it in the request ``end_hold``; None for one that it cannot end."""
    kind: HoldKind
    """The way in which it was made."""
    application: str | None
    """The program's name for people, as it gave it; None where it gave none."""
    reason: str | None
    """Its reason, as it gave it; None where it gave none."""
    since_s: float
    """Seconds since it was made."""


@dataclass(frozen=True)
class LoudStatus(Record):
    """AI servers that keep a GPU at full speed by themselves while no request comes."""

    _records = {
        "servers": ClientStatus,
    }
    _tuples = frozenset(("servers",))

    servers: tuple[ClientStatus, ...]
    """The servers; one of several may be enough to keep it up."""
    power_w: Watts | None
    """Power measured on this GPU while no request came; None where it does not report any."""
    idle_w: Watts | None
    """Power learned on this GPU with the clocks down; None until it was seen."""
    month_kwh: float | None
    """Kilowatt-hours that quiet servers would save in a month in which they stay loaded.

    None where one of the powers is not known.
    """
    month_cost: float | None
    """The same in the user's currency; None without a price."""
    possible: bool
    """True if this GPU's driver lets a server be quiet."""
    text: str
    """The benefit of making them quiet, for people."""
    how: str | None
    """The instructions for that, as a sentence to follow it; None where nothing would come of it."""


GpuErrorKind = Literal[
    "nvml_missing",
    "cuda_missing",
    "driver_too_old",
    "version_mismatch",
    "driver_not_loaded",
    "no_gpu",
    "gpu_not_found",
    "gpu_lost",
    "out_of_memory",
    "exclusive_mode",
    "no_permission",
    "not_supported",
    "context_lost",
    "timed_out",
    "process_ended",
    "panicked",
    "clocks_do_not_rise",
    "other",
]
"""The kind of failure that the driver reported; decides the advice, never the wording of the driver."""


@dataclass(frozen=True)
class FaultStatus(Record):
    """The driver's error."""

    kind: GpuErrorKind
    """For programs."""
    message: str
    """The driver's message."""
    advice: str
    """The advice."""
    retry_in_s: float
    """Seconds until the next attempt."""


@dataclass(frozen=True)
class GpuStatus(Record):
    """One GPU."""

    _records = {
        "message": Message,
        "hold": Hold,
        "text": StatusText,
        "vram": VramStatus,
        "wakes": WakeStatistics,
        "clients": ClientStatus,
        "holds": HoldStatus,
        "loud": LoudStatus,
        "fault": FaultStatus,
    }
    _tuples = frozenset(("reasons", "clocks_event_reasons", "attempts", "clients", "holds",))

    index: int
    """Position in the driver's list."""
    uuid: GpuUuid
    """The driver's name for it."""
    name: str
    """Marketing name."""
    pci_bus_id: PciBusId
    """Its place on the PCI bus."""
    phase: Phase
    """The engine's activity for it."""
    phase_text: str
    """The state and its causes in one line for people."""
    phase_s: float
    """Seconds in this phase."""
    reasons: tuple[PauseReason, ...]
    """Every reason that applies while ``Phase::Paused``."""
    message: Message
    """The state and its causes, for programs."""
    hold: Hold
    """The hold on the clocks, for programs."""
    text: StatusText
    """The same for people."""
    badge: Badge
    """Colour and shape of the state."""
    pstate: PState | None
    """Performance state."""
    sm_clock_mhz: Megahertz | None
    """SM clock."""
    sm_clock_max_mhz: Megahertz | None
    """SM clock it can reach at most."""
    memory_clock_mhz: Megahertz | None
    """Memory clock."""
    clocks_event_reasons: tuple[str, ...]
    """The reasons for the present clocks, by NVML's names."""
    temperature_c: Celsius | None
    """Core temperature."""
    power_w: Watts | None
    """Power drawn."""
    utilization_percent: Percent | None
    """Share of time in which any kernel ran."""
    ready: bool | None
    """True if the next request finds it at full speed; None when the driver does not report it."""
    vram: VramStatus
    """Memory."""
    strategy: Strategy | None
    """The strategy that is held; None when nothing is."""
    raises_with: Strategy | None
    """The strategy by which standing by raises the clocks; None while nothing is sensed."""
    wakes: WakeStatistics
    """The statistics of sensing requests."""
    pulse_interval_ms: int | None
    """Time between pulses; None when none are sent."""
    pulses: int
    """Pulses since the engine started."""
    attempts: tuple[str, ...]
    """The attempts of the strategy ladder and their results, newest last, as text."""
    clients: tuple[ClientStatus, ...]
    """The AI processes that have the GPU open."""
    holds: tuple[HoldStatus, ...]
    """Who asked for this GPU to be ready, and how."""
    loud: LoudStatus | None
    """Servers that keep this GPU at full speed by themselves while no request comes; None when there are none."""
    fault: FaultStatus | None
    """The driver's error; None when all is well."""
    cannot_measure: str | None
    """The reason why no benchmark can be run now, in a sentence; None when one can."""


@dataclass(frozen=True)
class EnergyText(Record):
    """The text for what was spent and saved today."""

    saved: str
    """The energy saved by standing by: ``310 Wh``, or that it is not known yet."""
    saved_note: str
    """The meaning of that number, as the rest of the line: ``saved today by resting, about 0.09 EUR``."""


@dataclass(frozen=True)
class EnergyToday(Record):
    """The cost and benefit of the keepalive today."""

    _records = {
        "text": EnergyText,
    }

    today_wh: float | None
    """Watt-hours above rest.

    None when the driver gives neither energy nor power, or as long as the GPU has not been seen at rest.
    """
    today_cost: float | None
    """In the user's currency; None without a price."""
    cold_starts_avoided_today: int
    """Requests that arrived at a ready GPU and would have been cold."""
    saved_today_wh: float | None
    """Watt-hours that holding would have cost while it stood by with the clocks down.

    None as long as the power of this GPU, held or at rest, is not known.
    """
    text: EnergyText
    """The same for people."""


@dataclass(frozen=True)
class Notice(Record):
    """Something the user should know."""

    id: str
    """For programs: stays the same while the cause does."""
    severity: Severity
    """Its importance."""
    message: str
    """For people."""


@dataclass(frozen=True)
class MeasuringStatus(Record):
    """A measurement of cold against ready that is under way."""

    gpu: GpuUuid
    """Which GPU."""
    text: str
    """The step under way, for people."""
    elapsed_s: float
    """Seconds since it began."""
    left_s: float
    """Seconds that it takes at most from now on."""


LoginEntryState = Literal["absent", "on", "off_by_user", "broken"]
"""The state of the entry that starts the application at login."""


@dataclass(frozen=True)
class DesktopStatus(Record):
    """The desktop application around the engine, or following it."""

    tray: bool
    """True if the tray icon is shown."""
    starts_at_login: bool | None
    """True if the entry that starts it at login is there, as it is and not as it was wished.

    None when that cannot be read.
    """
    login_entry: LoginEntryState | None
    """The same entry in more detail; None when it cannot be read."""
    hosts_engine: bool
    """True if the engine runs in the application.

    False if the application follows the engine of ``gpu-keepalive run``.
    """


@dataclass(frozen=True)
class Status(Record):
    """Everything there is to know, at one moment."""

    _records = {
        "engine": EngineStatus,
        "gpus": GpuStatus,
        "energy": EnergyToday,
        "notices": Notice,
        "measuring": MeasuringStatus,
        "desktop": DesktopStatus,
    }
    _tuples = frozenset(("gpus", "notices",))

    engine: EngineStatus
    """The engine itself."""
    gpus: tuple[GpuStatus, ...]
    """Every GPU it keeps, in the driver's order."""
    energy: EnergyToday
    """Its cost and benefit today."""
    notices: tuple[Notice, ...]
    """The notices for the user, worst first."""
    measuring: MeasuringStatus | None
    """The measurement under way; None without one."""
    desktop: DesktopStatus | None
    """The desktop application that hosts the engine; None without one."""


Verdict = Literal["useful", "false", "missed", "undecided"]
"""The verdict on a wake."""


@dataclass(frozen=True)
class WakeReport(Record):
    """One wake, or one that should have been."""

    gpu: int
    """Position of the GPU in the driver's list."""
    ago_s: float
    """Seconds since it happened."""
    pid: int
    """The process that was sensed, or whose request was missed."""
    program: str
    """Its program."""
    verdict: Verdict
    """Its verdict."""
    ms: float | None
    """From the sensed request to the return of the call that raised the clocks; None where there was none."""
    processor_ms: float | None
    """Processor time of the process in the reading that showed the request, or the most in one reading around a missed
    one.

    None when the driver refused.
    """
