// Generated from crates/core/src/protocol.rs; to write it again:
// GPU_KEEPALIVE_WRITE_TYPES=1 cargo test -p gpu-keepalive-core export_typescript

/**
 * The GPU left alone, with a program loaded: what the strategies are compared with.
 */
export type AloneResult = {
/**
 * Power drawn at rest, in watts.
 */
watts_at_rest: number | null,
/**
 * The first request after a rest.
 */
first_ms: number | null,
/**
 * Ratio of that time to the one of a request right after another.
 */
ratio: number | null,
/**
 * Its name for people.
 */
label: string,
/**
 * Its benefit and cost.
 */
detail: string,
/**
 * Both in one line.
 */
text: string, };

/**
 * The error of a refused request.
 */
export type ApiError = {
/**
 * For programs.
 */
code: ErrorCode,
/**
 * For people: what was wrong and what would be right.
 */
message: string, };

/**
 * Colour and shape of a GPU's state, in the order of attention: of several GPUs the greatest is
 * shown. The drawings are `icons/tray/*.svg`.
 */
export type Badge = "off" | "asleep" | "low" | "full" | "standby" | "middling" | "paused" | "hot" | "fault";

/**
 * The benchmarks of the present GPUs.
 */
export type BenchmarkReport = {
/**
 * Describes what a quick measurement does and how long it takes, for people.
 */
quick: string,
/**
 * The newest measurement of each GPU with the driver it has now; none for one that was never
 * measured.
 */
benchmarks: Array<BenchmarkResult>,
/**
 * What was measured on the same card elsewhere, for each GPU of which that is known.
 */
elsewhere: Array<SeenElsewhere>, };

/**
 * The measurement of one GPU with one driver, as `bench --json` writes it.
 *
 * Medians of several rounds; a spread is the largest value less the smallest. What could not be
 * measured is null.
 */
export type BenchmarkResult = {
/**
 * Marketing name.
 */
gpu: string,
/**
 * Which GPU.
 */
uuid: GpuUuid,
/**
 * Driver version.
 */
driver: string,
/**
 * Day of the measurement, such as `2026-11-23`.
 */
date: string,
/**
 * True if the GPU was simulated, and so every number.
 */
simulated: boolean,
/**
 * More about the card; empty in a result from before it was read.
 */
card: CardFacts,
/**
 * The system; null for a simulated GPU.
 */
platform: Platform | null,
/**
 * True if it was a short measurement: one rest, and the slowdown left out.
 */
quick: boolean,
/**
 * Number of times each request was measured.
 */
rounds: number,
/**
 * True if another program was seen to compute meanwhile.
 */
disturbed: boolean,
/**
 * Seconds from the end of work until the clocks fell; null when they did not.
 */
hold_time_s: number | null,
/**
 * The clocks from the end of work on, with nothing held: the samples in which they changed.
 */
after_work: Array<ClockSample>,
/**
 * The delay of the first answer that was allowed, compared with full speed
 * (`readiness.max_wake_ms`).
 */
max_wake_ms: number | null,
/**
 * The state of the program whose requests were measured cold.
 */
cold_case: ColdCase,
/**
 * The means by which the GPU was kept ready.
 */
kept_by: string,
/**
 * Each workload.
 */
workloads: Array<WorkloadResult>,
/**
 * Power drawn.
 */
watts: BenchmarkWatts,
/**
 * VRAM that keeping it ready took.
 */
vram_bytes: number | null,
/**
 * Each strategy, in the order in which the engine tries them; empty in a
 * result from before they were compared.
 */
strategies: Array<StrategyResult>,
/**
 * The one that the engine should use: the first that keeps the promise; null without one.
 */
chosen: Strategy | null,
/**
 * The GPU left alone; null in a result from before strategies were compared.
 */
alone: AloneResult | null,
/**
 * Throughput that a busy program lost while pulses ran beside it, in percent.
 */
slowdown_percent: number | null,
/**
 * The same in one sentence or two.
 */
verdict: string, };

/**
 * Power drawn by the GPU, in watts.
 */
export type BenchmarkWatts = {
/**
 * Nothing loaded, nothing kept ready.
 */
asleep: number | null,
/**
 * The program loaded, the clocks fallen.
 */
cold: number | null,
/**
 * The program loaded, the GPU kept ready.
 */
warm: number | null, };

/**
 * Memory in bytes.
 */
export type Bytes = number;

/**
 * What the driver reports of a card beside its name. What it does not report is left out.
 */
export type CardFacts = {
/**
 * The version of the video BIOS.
 */
vbios?: string | null,
/**
 * The power limit in force, in watts.
 */
power_limit_w?: number | null,
/**
 * The limit that the card was sold with, in watts.
 */
default_power_limit_w?: number | null,
/**
 * The highest SM clock, in MHz.
 */
sm_clock_max_mhz?: number | null,
/**
 * The link to the machine, read between requests.
 */
pcie?: PcieLink | null, };

/**
 * The cause of a state.
 *
 * `program` is the entry of `ai_programs` that a process matched; `null` where it matched none, or
 * where several could be meant.
 */
export type Cause = { "id": "nothing_uses_it" } | { "id": "not_used_lately", "values": {
/**
 * The warm window.
 */
minutes: number, } } | { "id": "suspended" } | { "id": "armed", "values": {
/**
 * The program whose requests are meant.
 */
program: string | null,
/**
 * The measured time from a request to raised clocks.
 */
wake_ms: number | null, } } | { "id": "still_up" } | { "id": "held_by_server", "values": {
/**
 * The program that is meant.
 */
program: string | null,
/**
 * Power drawn now.
 */
power_w: Watts | null,
/**
 * Power drawn without it.
 */
idle_w: Watts | null, } } | { "id": "raised", "values": {
/**
 * The program that was asked.
 */
program: string | null, } } | { "id": "lingering", "values": {
/**
 * The program that was asked.
 */
program: string | null, } } | { "id": "until_unused", "values": {
/**
 * The rest of it.
 */
minutes: number, } } | { "id": "as_you_asked", "values": {
/**
 * The rest of it.
 */
minutes: number, } } | { "id": "held_for", "values": {
/**
 * The name it gave.
 */
application: string,
/**
 * Its reason, as it was reported.
 */
reason: string | null, } } | { "id": "loaded", "values": {
/**
 * The program that is meant.
 */
program: string | null, } } | { "id": "gaps", "values": {
/**
 * The program that is meant.
 */
program: string | null, } } | { "id": "requests_not_sensed" } | { "id": "too_many_programs", "values": {
/**
 * The number of them.
 */
count: number, } } | { "id": "wakes_too_slow", "values": {
/**
 * The measured time; `null` where the clocks did not rise at all.
 */
wake_ms: number | null,
/**
 * `readiness.max_wake_ms`.
 */
limit_ms: number, } } | { "id": "false_wakes", "values": {
/**
 * Time until it begins again.
 */
minutes: number, } } | { "id": "computing", "values": {
/**
 * The program that is meant.
 */
program: string | null, } } | { "id": "lease", "values": {
/**
 * The name it gave; `null` without one.
 */
application: string | null, } } | { "id": "user", "values": {
/**
 * Time until it ends; `null` for a pause without an end.
 */
minutes: number | null, } } | { "id": "hot", "values": {
/**
 * The newest temperature.
 */
now_c: Celsius | null,
/**
 * The temperature at which it pauses.
 */
limit_c: Celsius,
/**
 * The temperature at which it resumes.
 */
resume_c: Celsius,
/**
 * The limit is the user's; otherwise it is the card's own.
 */
own_limit: boolean,
/**
 * The hardware slows itself down for heat.
 */
slowed: boolean, } } | { "id": "no_temperature" } | { "id": "on_battery" } | { "id": "weak_adapter" } | { "id": "power_saver" } | { "id": "vram_reserved", "values": {
/**
 * Free VRAM now.
 */
free_bytes: Bytes | null,
/**
 * Free VRAM at which it resumes.
 */
needed_bytes: Bytes,
/**
 * `vram.reserve_mib`.
 */
reserve_bytes: Bytes, } } | { "id": "budget_spent", "values": {
/**
 * `energy.daily_budget_wh`.
 */
budget_wh: number | null, } } | { "id": "benchmark" } | { "id": "fault", "values": {
/**
 * The kind of failure.
 */
kind: GpuErrorKind, } };

/**
 * Degrees Celsius, as whole degrees: NVML reports no finer.
 */
export type Celsius = number;

/**
 * An AI process that has a GPU open.
 */
export type ClientStatus = {
/**
 * Its process id.
 */
pid: number,
/**
 * Its name for people, such as `Ollama`.
 */
name: string,
/**
 * True if it lets the GPU rest while it is loaded; `null` where that is not known.
 */
quiet: boolean | null, };

/**
 * One sample of the clocks after work.
 */
export type ClockSample = {
/**
 * Seconds since the end of the last work.
 */
s: number,
/**
 * SM clock in MHz.
 */
sm_mhz?: number | null,
/**
 * Memory clock in MHz.
 */
memory_mhz?: number | null,
/**
 * P-state.
 */
pstate?: number | null,
/**
 * Power in watts.
 */
power_w?: number | null, };

/**
 * The means by which the clocks were made to fall while the program stayed loaded.
 */
export type ColdCase = "ordinary" | "boost_disabled" | "never_cold";

/**
 * The commands that fetch and serve a model with one runtime.
 */
export type Commands = {
/**
 * The runtime.
 */
runtime: Runtime,
/**
 * The command that fetches the model.
 */
fetch: string,
/**
 * The command that serves it with the calculated context and cache.
 */
run: string, };

/**
 * CUDA compute capability, such as 9.0 for Hopper.
 */
export type ComputeCapability = {
/**
 * Architecture generation.
 */
major: number,
/**
 * Revision within the generation.
 */
minor: number, };

/**
 * The desktop application around the engine, or following it.
 */
export type DesktopStatus = {
/**
 * True if the tray icon is shown.
 */
tray: boolean,
/**
 * True if the entry that starts it at login is there, as it is and not as it was wished;
 * `null` when that cannot be read.
 */
starts_at_login: boolean | null,
/**
 * The same entry in more detail; `null` when it cannot be read.
 */
login_entry: LoginEntryState | null,
/**
 * True if the engine runs in the application; false if the application follows the engine of
 * `gpu-keepalive run`.
 */
hosts_engine: boolean, };

/**
 * The reasons why a GPU is slow, or does not hold.
 */
export type Doctor = {
/**
 * Worst first.
 */
findings: Array<Finding>, };

/**
 * One calendar day in the user's time zone.
 */
export type EnergyDay = {
/**
 * The day, as `2026-11-23`.
 */
date: string,
/**
 * Watt-hours above rest; `null` when they could not be measured.
 */
warm_wh: number | null,
/**
 * Watt-hours that holding would have cost while it stood by with the clocks down; `null` as
 * long as the power of this GPU, held or at rest, is not known.
 */
saved_wh: number | null,
/**
 * In the user's currency; `null` without a price.
 */
cost: number | null,
/**
 * Seconds held, summed over the GPUs.
 */
warm_s: number,
/**
 * Seconds standing by, summed over the GPUs; those in which a server held the clocks itself
 * included.
 */
standby_s: number,
/**
 * Requests that arrived at a ready GPU and would have been cold.
 */
cold_starts_avoided: number, };

/**
 * Energy by day, oldest first.
 */
export type EnergyReport = {
/**
 * One entry a calendar day.
 */
days: Array<EnergyDay>,
/**
 * The unit of every cost.
 */
currency: string, };

/**
 * The text for what was spent and saved today.
 */
export type EnergyText = {
/**
 * The energy saved by standing by: `310 Wh`, or that it is not known yet.
 */
saved: string,
/**
 * The meaning of that number, as the rest of the line: `saved today by resting, about 0.09
 * EUR`.
 */
saved_note: string, };

/**
 * The cost and benefit of the keepalive today.
 */
export type EnergyToday = {
/**
 * Watt-hours above rest; `null` when the driver gives neither energy nor power, or as long as
 * the GPU has not been seen at rest.
 */
today_wh: number | null,
/**
 * In the user's currency; `null` without a price.
 */
today_cost: number | null,
/**
 * Requests that arrived at a ready GPU and would have been cold.
 */
cold_starts_avoided_today: number,
/**
 * Watt-hours that holding would have cost while it stood by with the clocks down; `null` as
 * long as the power of this GPU, held or at rest, is not known.
 */
saved_today_wh: number | null,
/**
 * The same for people.
 */
text: EnergyText, };

/**
 * The engine itself.
 */
export type EngineStatus = {
/**
 * Version of the program.
 */
version: string,
/**
 * Its process id.
 */
pid: number,
/**
 * True if the GPUs are simulated.
 */
simulated: boolean,
/**
 * The rule for keeping GPUs ready.
 */
mode: Mode,
/**
 * True if the keepalive is switched on.
 */
enabled: boolean,
/**
 * Seconds since it started.
 */
uptime_s: number,
/**
 * The user paused it.
 */
paused: boolean,
/**
 * Seconds until a timed pause ends; `null` without one.
 */
pause_remaining_s: number | null,
/**
 * Leases held now.
 */
leases: number,
/**
 * Connected clients that hold a GPU, or did so since they connected.
 */
users: number,
/**
 * The machine's source of power.
 */
power_source: PowerSource,
/**
 * The same for people.
 */
text: EngineText, };

/**
 * The text for the engine as a whole.
 */
export type EngineText = {
/**
 * The effect of the main switch: the mode's title, or that it is off.
 */
switch: string,
/**
 * The user's pause and its end; `null` without one.
 */
pause: string | null,
/**
 * The power source of the machine.
 */
power: string,
/**
 * The reason why no GPU is shown; `null` where there is one.
 */
no_gpu: string | null,
/**
 * The modes to choose from, in the order they are shown.
 */
modes: Array<ModeText>, };

/**
 * Kinds of refusal that some face distinguishes.
 */
export type ErrorCode = "line_too_long" | "invalid_json" | "unknown_request" | "invalid_argument" | "too_many_clients" | "too_many_served" | "lease" | "not_raised" | "settings_not_written" | "no_window" | "another_desktop" | "not_measured" | "stopping";

/**
 * The driver's error.
 */
export type FaultStatus = {
/**
 * For programs.
 */
kind: GpuErrorKind,
/**
 * The driver's message.
 */
message: string,
/**
 * The advice.
 */
advice: string,
/**
 * Seconds until the next attempt.
 */
retry_in_s: number, };

/**
 * One thing that was found.
 */
export type Finding = {
/**
 * For programs: never changes its meaning. The same on several GPUs.
 */
id: string,
/**
 * Its importance.
 */
severity: Severity,
/**
 * The finding, in a sentence for people.
 */
title: string,
/**
 * The evidence, as far as possible in numbers.
 */
evidence: string,
/**
 * The advice; empty when there is nothing to do.
 */
advice: string, };

/**
 * How weights are stored in a GGUF file, the lowest quality first.
 */
export type Format = "Q2_K" | "Q3_K_M" | "IQ4_XS" | "Q4_K_M" | "Q4_0" | "MXFP4" | "Q5_K_M" | "Q6_K" | "Q8_0" | "F16";

/**
 * The kind of failure that the driver reported; decides the advice, never the wording of the
 * driver.
 */
export type GpuErrorKind = "nvml_missing" | "cuda_missing" | "driver_too_old" | "version_mismatch" | "driver_not_loaded" | "no_gpu" | "gpu_not_found" | "gpu_lost" | "out_of_memory" | "exclusive_mode" | "no_permission" | "not_supported" | "context_lost" | "timed_out" | "process_ended" | "panicked" | "clocks_do_not_rise" | "other";

/**
 * The properties of a GPU that do not change while its driver stays loaded.
 */
export type GpuInfo = {
/**
 * Position in the driver's list, from 0.
 */
index: number,
/**
 * The driver's name for it.
 */
uuid: GpuUuid,
/**
 * Marketing name, such as `NVIDIA GeForce RTX 4090`.
 */
name: string,
/**
 * Its place on the PCI bus.
 */
pci_bus_id: PciBusId,
/**
 * All of its memory; `None` when the driver does not report it.
 */
vram_total: Bytes | null,
/**
 * Driver version, such as `580.159.04`.
 */
driver_version: string,
/**
 * `None` when the driver does not report it.
 */
compute_capability: ComputeCapability | null,
/**
 * The SM clock it can reach at most.
 */
sm_clock_max: Megahertz | null,
/**
 * The temperature at which the hardware begins to slow itself down.
 */
slowdown_temperature: Celsius | null,
/**
 * Bandwidth of its memory in GB/s, from the highest memory clock and the bus's width.
 */
memory_bandwidth_gbps: number | null, };

/**
 * One GPU.
 */
export type GpuStatus = {
/**
 * Position in the driver's list.
 */
index: number,
/**
 * The driver's name for it.
 */
uuid: GpuUuid,
/**
 * Marketing name.
 */
name: string,
/**
 * Its place on the PCI bus.
 */
pci_bus_id: PciBusId,
/**
 * The engine's activity for it.
 */
phase: Phase,
/**
 * The state and its causes in one line for people.
 */
phase_text: string,
/**
 * Seconds in this phase.
 */
phase_s: number,
/**
 * Every reason that applies while [`Phase::Paused`].
 */
reasons: Array<PauseReason>,
/**
 * The state and its causes, for programs.
 */
message: Message,
/**
 * The hold on the clocks, for programs.
 */
hold: Hold,
/**
 * The same for people.
 */
text: StatusText,
/**
 * Colour and shape of the state.
 */
badge: Badge,
/**
 * Performance state.
 */
pstate: PState | null,
/**
 * SM clock.
 */
sm_clock_mhz: Megahertz | null,
/**
 * SM clock it can reach at most.
 */
sm_clock_max_mhz: Megahertz | null,
/**
 * Memory clock.
 */
memory_clock_mhz: Megahertz | null,
/**
 * The reasons for the present clocks, by NVML's names.
 */
clocks_event_reasons: Array<string>,
/**
 * Core temperature.
 */
temperature_c: Celsius | null,
/**
 * Power drawn.
 */
power_w: Watts | null,
/**
 * Share of time in which any kernel ran.
 */
utilization_percent: Percent | null,
/**
 * True if the next request finds it at full speed; `null` when the driver does not report it.
 */
ready: boolean | null,
/**
 * Memory.
 */
vram: VramStatus,
/**
 * The strategy that is held; `null` when nothing is.
 */
strategy: Strategy | null,
/**
 * The strategy by which standing by raises the clocks; `null` while nothing is sensed.
 */
raises_with: Strategy | null,
/**
 * The statistics of sensing requests.
 */
wakes: WakeStatistics,
/**
 * Time between pulses; `null` when none are sent.
 */
pulse_interval_ms: number | null,
/**
 * Pulses since the engine started.
 */
pulses: number,
/**
 * The attempts of the strategy ladder and their results, newest last, as text.
 */
attempts: Array<string>,
/**
 * The AI processes that have the GPU open.
 */
clients: Array<ClientStatus>,
/**
 * Who asked for this GPU to be ready, and how.
 */
holds: Array<HoldStatus>,
/**
 * Servers that keep this GPU at full speed by themselves while no request comes; `null` when
 * there are none.
 */
loud: LoudStatus | null,
/**
 * The driver's error; `null` when all is well.
 */
fault: FaultStatus | null,
/**
 * The reason why no benchmark can be run now, in a sentence; `null` when one can.
 */
cannot_measure: string | null, };

/**
 * The driver's unchanging name of one GPU, such as `GPU-5e2c1a34-…`.
 */
export type GpuUuid = string;

/**
 * A moment that a chart marks.
 */
export type HistoryMark = {
/**
 * Seconds since it happened.
 */
ago_s: number,
/**
 * Its kind.
 */
kind: MarkKind,
/**
 * The AI process, by the name that the status uses; `null` where it is not known.
 */
process: string | null,
/**
 * From the sensed request to the return of the call that raised the clocks, in milliseconds;
 * `null` where nothing was raised.
 */
wake_ms: number | null,
/**
 * The same as a sentence: `Ollama was asked. Full speed after 10 ms.`
 */
text: string, };

/**
 * Columns of equal length; `null` where the driver did not report the value.
 */
export type HistoryPoints = {
/**
 * Seconds since each point.
 */
ago_s: Array<number>,
/**
 * Position in [`HistoryReport::states`].
 */
state: Array<number>,
/**
 * P-state.
 */
pstate: Array<PState | null>,
/**
 * SM clock, in MHz.
 */
sm_clock_mhz: Array<Megahertz | null>,
/**
 * Temperature, in °C.
 */
temperature_c: Array<Celsius | null>,
/**
 * Power, in watts.
 */
power_w: Array<Watts | null>,
/**
 * True if a pulse was sent since the point before.
 */
pulsed: Array<boolean>, };

/**
 * The last ten minutes of one GPU.
 */
export type HistoryReport = {
/**
 * The GPU.
 */
uuid: GpuUuid,
/**
 * The states that the points name by their position.
 */
states: Array<HistoryState>,
/**
 * The points, oldest first.
 */
points: HistoryPoints,
/**
 * Requests and wakes, oldest first.
 */
marks: Array<HistoryMark>, };

/**
 * A state of a GPU.
 */
export type HistoryState = {
/**
 * Its badge.
 */
badge: Badge,
/**
 * Its text of one or two words.
 */
text: string, };

/**
 * The hold on the clocks.
 */
export type Hold = { "id": "nothing" } | { "id": "standby" } | { "id": "boost" } | { "id": "power_mizer" } | { "id": "context" } | { "id": "pulse", "values": {
/**
 * Time between two pulses.
 */
interval_ms: number, } };

/**
 * The way in which a GPU was asked for.
 */
export type HoldKind = "lease" | "dbus" | "program" | "warm";

/**
 * A demand for a GPU that a program or the user made.
 */
export type HoldStatus = {
/**
 * Names it in the request `end_hold`; `null` for one that it cannot end.
 */
id: number | null,
/**
 * The way in which it was made.
 */
kind: HoldKind,
/**
 * The program's name for people, as it gave it; `null` where it gave none.
 */
application: string | null,
/**
 * Its reason, as it gave it; `null` where it gave none.
 */
reason: string | null,
/**
 * Seconds since it was made.
 */
since_s: number, };

/**
 * How the KV cache is stored.
 */
export type KvCache = "f16" | "q8_0" | "q4_0";

/**
 * The state of the entry that starts the application at login.
 */
export type LoginEntryState = "absent" | "on" | "off_by_user" | "broken";

/**
 * AI servers that keep a GPU at full speed by themselves while no request comes.
 */
export type LoudStatus = {
/**
 * The servers; one of several may be enough to keep it up.
 */
servers: Array<ClientStatus>,
/**
 * Power measured on this GPU while no request came; `null` where it does not report any.
 */
power_w: Watts | null,
/**
 * Power learned on this GPU with the clocks down; `null` until it was seen.
 */
idle_w: Watts | null,
/**
 * Kilowatt-hours that quiet servers would save in a month in which they stay loaded; `null`
 * where one of the powers is not known.
 */
month_kwh: number | null,
/**
 * The same in the user's currency; `null` without a price.
 */
month_cost: number | null,
/**
 * True if this GPU's driver lets a server be quiet.
 */
possible: boolean,
/**
 * The benefit of making them quiet, for people.
 */
text: string,
/**
 * The instructions for that, as a sentence to follow it; `null` where nothing would come of
 * it.
 */
how: string | null, };

/**
 * Kinds of [`HistoryMark`].
 */
export type MarkKind = "request" | "wake" | "false_wake" | "missed_wake";

/**
 * A measurement of cold against ready that is under way.
 */
export type MeasuringStatus = {
/**
 * Which GPU.
 */
gpu: GpuUuid,
/**
 * The step under way, for people.
 */
text: string,
/**
 * Seconds since it began.
 */
elapsed_s: number,
/**
 * Seconds that it takes at most from now on.
 */
left_s: number, };

/**
 * Clock frequency in megahertz.
 */
export type Megahertz = number;

/**
 * A state and its causes.
 */
export type Message = {
/**
 * The state.
 */
state: State,
/**
 * Its causes, the most important first; empty where the state needs none.
 */
causes: Array<Cause>, };

/**
 * The rule for keeping the GPU ready.
 */
export type Mode = "always" | "while_loaded" | "on_demand";

/**
 * One mode to choose.
 */
export type ModeText = {
/**
 * The mode.
 */
mode: Mode,
/**
 * Its name for people.
 */
title: string,
/**
 * Its effect.
 */
explanation: string, };

/**
 * One model in one format on that card.
 */
export type ModelFit = {
/**
 * What people call it.
 */
name: string,
/**
 * Billions of parameters.
 */
parameters_b: number,
/**
 * Billions of parameters used for one token; equal to all in a dense model.
 */
active_parameters_b: number,
/**
 * Billions of parameters used for one token; `null` in a dense model.
 */
active_b: number | null,
/**
 * How the weights are stored.
 */
format: Format,
/**
 * What the model is good for.
 */
use: Array<Use>,
/**
 * How much of the free VRAM it takes; aggressive for one that fits only in part.
 */
tier: Tier,
/**
 * Whether it fits in this placement, the error included; not when only some layers do.
 */
fits: boolean,
/**
 * Where its parts are kept.
 */
placement: Placement,
/**
 * Everything on the card; more than is free when it does not fit.
 */
total_gib: number,
/**
 * How far a load may be from that.
 */
error_gib: number,
/**
 * The weights on the card.
 */
weights_gib: number,
/**
 * Of them, the part that reads images; 0 where it is not loaded.
 */
vision_gib: number,
/**
 * Keys and values of the context.
 */
kv_cache_gib: number,
/**
 * Buffers for intermediate results.
 */
compute_gib: number,
/**
 * The CUDA context.
 */
context_gib: number,
/**
 * Main memory that the rest takes.
 */
ram_gib: number,
/**
 * The context that was calculated, which is the one that was asked for.
 */
context_tokens: number,
/**
 * The longest context that fits in this placement.
 */
max_context_tokens: number,
/**
 * The longest context it was made for.
 */
native_context_tokens: number,
/**
 * Layers on the card; the processor computes the others.
 */
layers_on_gpu: number,
/**
 * All of its layers.
 */
layers: number,
/**
 * Layers whose experts the processor computes.
 */
cpu_expert_layers: number,
/**
 * Tokens a second, as a range: a full context on a slow machine, an empty one on a fast one.
 */
tokens_per_s: [number, number],
/**
 * The command that fetches it, for the simplest runtime that can serve it so.
 */
fetch: string,
/**
 * The command that serves it with this context and cache.
 */
run: string,
/**
 * The commands of every runtime that can serve it so.
 */
commands: Array<Commands>,
/**
 * Whether Ollama has it already.
 */
installed: boolean,
/**
 * Why it is here, in one line.
 */
reason: string,
/**
 * The licence's name.
 */
licence: string,
/**
 * Whether the licence allows commercial use.
 */
commercial_use: boolean,
/**
 * Year and month of publication.
 */
released: string,
/**
 * The publisher's repository on Hugging Face.
 */
source: string, };

/**
 * Something the user should know.
 */
export type Notice = {
/**
 * For programs: stays the same while the cause does.
 */
id: string,
/**
 * Its importance.
 */
severity: Severity,
/**
 * For people.
 */
message: string, };

/**
 * Why a strategy does not keep the promise, or was not tried, without the driver's message.
 */
export type Obstacle = "excluded" | "never_cold" | "not_offered" | "not_permitted" | "refused" | "little_vram" | "clocks_down" | "clocks_up" | "not_sensed" | "not_seen_up" | "slow_wake" | "slow_answer" | "not_measured";

/**
 * A performance state: 0 is the highest, 15 the lowest (`nvmlPstates_t`).
 */
export type PState = number;

/**
 * The reason why a GPU is not held although it is wanted.
 */
export type PauseReason = "user" | "thermal" | "sensor" | "battery" | "power_saver" | "vram" | "budget" | "measuring";

/**
 * A PCI address, written as Linux writes it: `0000:01:00.0`.
 *
 * NVML pads the domain to eight digits (`00000000:01:00.0`); both forms parse.
 */
export type PciBusId = string;

/**
 * The PCI Express link of a GPU as its driver reports it. A link at rest may be slower than the
 * same link at work.
 */
export type PcieLink = {
/**
 * Generation in use.
 */
generation?: number | null,
/**
 * Lanes in use.
 */
width?: number | null,
/**
 * The highest generation that this GPU has in this machine.
 */
max_generation?: number | null,
/**
 * The lanes that this GPU has in this machine.
 */
max_width?: number | null, };

/**
 * Share of time or capacity, 0 to 100.
 */
export type Percent = number;

/**
 * The engine's activity for one GPU.
 */
export type Phase = "off" | "asleep" | "standby" | "warm" | "yielding" | "paused" | "fault";

/**
 * Where a model is kept.
 */
export type Placement = "gpu" | "experts_on_cpu" | "partial";

/**
 * The system, without a name of the machine or of its user.
 */
export type Platform = {
/**
 * `Debian`, `Windows`.
 */
os: string,
/**
 * `13`; left out for a distribution without versions.
 */
os_version?: string | null,
/**
 * The kernel's version without what a builder adds to it, such as `6.12.48`.
 */
kernel?: string | null,
/**
 * The processor's, such as `x86_64`.
 */
architecture: string,
/**
 * True in the Windows Subsystem for Linux.
 */
wsl?: boolean, };

/**
 * The machine's source of power.
 */
export type PowerSource = "ac" | "battery" | "undersized_adapter";

/**
 * Which models fit a card: `recommend --json`, the Models page and the wizard's step.
 *
 * Every size is in binary gigabytes (GiB), rounded to hundredths.
 */
export type Recommendation = {
/**
 * All VRAM of the card.
 */
vram_gib: number,
/**
 * VRAM that is free.
 */
free_gib: number,
/**
 * Whether `free_gib` is an assumption, because no GPU was asked.
 */
free_is_assumed: boolean,
/**
 * Main memory of the machine.
 */
ram_gib: number,
/**
 * Whether `ram_gib` is an assumption.
 */
ram_is_assumed: boolean,
/**
 * What the models are wanted for.
 */
use: Use,
/**
 * The context that was asked for, at least 256 tokens.
 */
context_tokens: number,
/**
 * How the KV cache is stored.
 */
kv_cache: KvCache,
/**
 * The only format that was asked for; `null` when any will do.
 */
format: Format | null,
/**
 * The day the catalogue was checked, as `2026-11-23`.
 */
checked: string | null,
/**
 * Best first; those that fit only in part are last.
 */
models: Array<ModelFit>,
/**
 * Models that can serve only a smaller context than was asked for.
 */
smaller_context: Array<SmallerContext>,
/**
 * What the sizes include, how exact they are, and what would fit when nothing does.
 */
notes: Array<string>, };

/**
 * The result of a successful request.
 */
export type Reply = "done" | { "status": Status } | { "gpus": Array<GpuInfo> } | { "settings": SettingsReport } | { "recommend": Recommendation } | { "energy": EnergyReport } | { "history": Array<HistoryReport> } | { "wakes": Array<WakeReport> } | { "doctor": Doctor } | { "report": string } | { "benchmarks": BenchmarkReport } | { "measured": BenchmarkResult } | { "log": Array<string> };

/**
 * The request of a client.
 */
export type Request = { "request": "status" } | { "request": "subscribe" } | { "request": "gpus" } | { "request": "on" } | { "request": "off" } | { "request": "pause",
/**
 * Seconds; without it until [`Request::Resume`].
 */
for_s?: number | null, } | { "request": "resume" } | { "request": "mode",
/**
 * The new mode.
 */
mode: Mode, } | { "request": "warm",
/**
 * Seconds; without it the warm window of the settings.
 */
for_s?: number | null, } | { "request": "begin_lease",
/**
 * Answer once the clocks are raised, or with [`ErrorCode::NotRaised`] when they were not in
 * time; the lease is held all the same.
 */
wait?: boolean, } | { "request": "end_lease" } | { "request": "hold",
/**
 * The program's name for people, at most [`MAX_HOLD_CHARACTERS`] of them.
 */
application: string,
/**
 * The reason for people, no longer than that.
 */
reason?: string | null,
/**
 * The GPU of this UUID; without it every one.
 */
gpu?: GpuUuid | null, } | { "request": "release" } | { "request": "end_hold",
/**
 * As in [`HoldStatus::id`].
 */
id: number, } | { "request": "serve",
/**
 * The process id. `gpu-keepalive serve` announces itself: its own process is left out.
 */
pid: number, } | { "request": "settings" } | { "request": "set",
/**
 * Dotted key, such as `thermal.max_temperature`.
 */
key: string,
/**
 * The new value, of the setting's [`SettingKind`].
 */
value?: boolean | number | string | (number | string)[] | null, } | { "request": "recommend",
/**
 * For the GPU of this index; without it, the one with the most free VRAM.
 */
gpu?: number | null,
/**
 * For a card of so many GiB instead.
 */
vram_gib?: number | null,
/**
 * Tokens of context; 8192 without it.
 */
context_tokens?: number | null,
/**
 * The storage format of the KV cache.
 */
kv_cache: KvCache,
/**
 * The use of the models; chat without it.
 */
use: Use,
/**
 * The only format to suggest.
 */
format?: Format | null, } | { "request": "energy",
/**
 * Number of days back, today included.
 */
days: number, } | { "request": "history" } | { "request": "wakes" } | { "request": "doctor" } | { "request": "report" } | { "request": "benchmarks" } | { "request": "bench",
/**
 * The GPU of this index; without it the first.
 */
gpu?: number | null,
/**
 * True if a short measurement is enough.
 */
quick: boolean,
/**
 * Number of times each request is measured, up to [`Plan::MAX_ROUNDS`]; without it once or
 * twice.
 */
rounds?: number | null, } | { "request": "cancel_bench" } | { "request": "log" } | { "request": "show_window" } | { "request": "desktop" } & DesktopStatus | { "request": "quit" };

/**
 * The first request after a rest.
 */
export type RestResult = {
/**
 * Length of the rest.
 */
rest_s: number,
/**
 * With nothing that keeps the GPU ready.
 */
cold_ms: number | null,
/**
 * Its spread.
 */
cold_spread_ms: number | null,
/**
 * Kept ready.
 */
warm_ms: number | null,
/**
 * Its spread.
 */
warm_spread_ms: number | null,
/**
 * Ratio of the cold time to that.
 */
ratio: number | null, };

/**
 * A program that serves models: Ollama, llama.cpp or LM Studio.
 */
export type Runtime = "ollama" | "llama_cpp" | "lm_studio";

/**
 * What was measured on a card of the same name that others have.
 */
export type SeenElsewhere = {
/**
 * The GPU of this machine.
 */
uuid: GpuUuid,
/**
 * In one sentence or two.
 */
text: string, };

/**
 * Accepted values of a setting, from which a face builds its control.
 */
export type SettingKind = { "kind": "bool" } | { "kind": "number",
/**
 * Smallest.
 */
min: number,
/**
 * Largest.
 */
max: number,
/**
 * True if only whole numbers are accepted.
 */
integer: boolean,
/**
 * Its unit, such as `°C`; empty without one.
 */
unit: string,
/**
 * A word that is accepted instead of a number, such as `auto`.
 */
word?: string | null, } | { "kind": "choice",
/**
 * The values, each with its title.
 */
options: Array<SettingOption>, } | { "kind": "text",
/**
 * Most characters.
 */
max_length: number, } | { "kind": "choice_list",
/**
 * The values, each with its title.
 */
options: Array<SettingOption>, } | { "kind": "text_list" } | { "kind": "gpu_list" };

/**
 * One choice.
 */
export type SettingOption = {
/**
 * The value that is set.
 */
value: string,
/**
 * For people.
 */
title: string, };

/**
 * One setting: all that a face needs to show it and to let the user change it.
 */
export type SettingReport = {
/**
 * Dotted key.
 */
key: string,
/**
 * Name, as the window shows it.
 */
title: string,
/**
 * Explanation in one or two sentences.
 */
description: string,
/**
 * The heading it belongs under.
 */
group: string,
/**
 * True for a setting that few users need, so that a face may fold it away.
 */
rarely_used: boolean,
/**
 * The value in force; `null` when it has none.
 */
value: boolean | number | string | (number | string)[] | null,
/**
 * Its default; `null` for a setting that may be left unset.
 */
default: boolean | number | string | (number | string)[] | null,
/**
 * Accepted values.
 */
kind: SettingKind, };

/**
 * Something in the settings file that could not be used.
 */
export type SettingsProblem = {
/**
 * [`Severity::Info`] for an unknown key, [`Severity::Warning`] for a value that was replaced
 * by its default, [`Severity::Error`] when the whole file cannot be used or written.
 */
severity: Severity,
/**
 * Line in the file, from 1; `null` when it is about no line.
 */
line: number | null,
/**
 * Dotted key; empty when it is about the whole file.
 */
key: string,
/**
 * Sentences that name the mistake and the remedy, without the line.
 */
message: string, };

/**
 * Every setting, for faces that show or change them.
 */
export type SettingsReport = {
/**
 * The settings file.
 */
path: string,
/**
 * In the order they are shown; those of one group follow each other.
 */
settings: Array<SettingReport>,
/**
 * Everything in the file that could not be used.
 */
problems: Array<SettingsProblem>, };

/**
 * The importance of a notice or a finding.
 */
export type Severity = "ok" | "info" | "warning" | "error";

/**
 * A model that can serve only a smaller context than was asked for.
 */
export type SmallerContext = {
/**
 * What people call it.
 */
name: string,
/**
 * How the weights are stored.
 */
format: Format,
/**
 * The longest context that it can serve on this card.
 */
context_tokens: number,
/**
 * The longest context it was made for.
 */
native_context_tokens: number, };

/**
 * The state of a GPU, as the user sees it.
 */
export type State = { "id": "starting" } | { "id": "off" } | { "id": "asleep" } | { "id": "standby" } | { "id": "getting_ready", "values": {
/**
 * Mode `always` asks for it.
 */
always: boolean, } } | { "id": "ready", "values": {
/**
 * Mode `always` asks for it.
 */
always: boolean, } } | { "id": "busy" } | { "id": "paused" } | { "id": "fault" };

/**
 * Everything there is to know, at one moment.
 */
export type Status = {
/**
 * The engine itself.
 */
engine: EngineStatus,
/**
 * Every GPU it keeps, in the driver's order.
 */
gpus: Array<GpuStatus>,
/**
 * Its cost and benefit today.
 */
energy: EnergyToday,
/**
 * The notices for the user, worst first.
 */
notices: Array<Notice>,
/**
 * The measurement under way; `null` without one.
 */
measuring: MeasuringStatus | null,
/**
 * The desktop application that hosts the engine; `null` without one.
 */
desktop: DesktopStatus | null, };

/**
 * The text for one GPU, rendered from its message and hold.
 */
export type StatusText = {
/**
 * The state as text of one or two words, for a table or a badge: `Resting`.
 */
short: string,
/**
 * The state in one line for a menu: with its causes, where the heading is no sentence.
 */
line: string,
/**
 * The state as a heading: `Resting. Full speed on the next request.`
 */
headline: string,
/**
 * The causes, as one or more sentences; `null` where the heading is enough.
 */
cause: string | null,
/**
 * The hold on the clocks.
 */
hold: string, };

/**
 * The strategy that holds the clocks; the cheaper, the less.
 */
export type Strategy = "standby" | "boost" | "power_mizer" | "context" | "pulse";

/**
 * One strategy, as it was measured on this GPU.
 */
export type StrategyResult = {
/**
 * Which.
 */
strategy: Strategy,
/**
 * True if it was seen to keep the promise: the first request after a rest at most
 * `readiness.max_wake_ms` later than at full speed.
 */
works: boolean,
/**
 * The reason why it does not, or was not tried; null when it works.
 */
why_not: string | null,
/**
 * The same as an id; null when it works, and in a result from before it was kept.
 */
obstacle: Obstacle | null,
/**
 * Power drawn at rest, in watts.
 */
watts_at_rest: number | null,
/**
 * The first request after a rest.
 */
first_ms: number | null,
/**
 * Ratio of that time to the one of a request right after another.
 */
ratio: number | null,
/**
 * From the sensed start of a request to raised clocks; null where nothing has to wake.
 */
wake_ms: number | null,
/**
 * VRAM that it takes.
 */
vram_bytes: number | null,
/**
 * Resident memory of the process of ours that does it.
 */
resident_bytes: number | null,
/**
 * True if it is the one that the engine should use.
 */
best: boolean,
/**
 * Its name for people: `On request`.
 */
label: string,
/**
 * Its benefit and cost: `0 W more at rest, first answer 12 ms later`.
 */
detail: string,
/**
 * Both in one line.
 */
text: string, };

/**
 * How much of the free VRAM a model may take.
 *
 * The original tool drew its lines at 45, 65 and 85 % of the VRAM, for the weights alone and with
 * 1 GB for each billion parameters at 4 bits, which left the rest to everything it did not count.
 * Here everything is counted, and against what is free, so its upper lines are the first two and
 * the error bar is the last.
 */
export type Tier = "conservative" | "optimal" | "aggressive";

/**
 * What a model is wanted for.
 */
export type Use = "chat" | "code" | "vision" | "embedding";

/**
 * The verdict on a wake.
 */
export type Verdict = "useful" | "false" | "missed" | "undecided";

/**
 * Memory of one GPU.
 */
export type VramStatus = {
/**
 * All of it.
 */
total_bytes: Bytes | null,
/**
 * Free memory.
 */
free_bytes: Bytes | null,
/**
 * Memory that our driver process holds.
 */
ours_bytes: Bytes | null, };

/**
 * One wake, or one that should have been.
 */
export type WakeReport = {
/**
 * Position of the GPU in the driver's list.
 */
gpu: number,
/**
 * Seconds since it happened.
 */
ago_s: number,
/**
 * The process that was sensed, or whose request was missed.
 */
pid: number,
/**
 * Its program.
 */
program: string,
/**
 * Its verdict.
 */
verdict: Verdict,
/**
 * From the sensed request to the return of the call that raised the clocks; `null` where there
 * was none.
 */
ms: number | null,
/**
 * Processor time of the process in the reading that showed the request, or the most in one
 * reading around a missed one; `null` when the driver refused.
 */
processor_ms: number | null, };

/**
 * Wakes since the start. The times are those of the wakes that are remembered.
 */
export type WakeStatistics = {
/**
 * Requests that were sensed, false ones included.
 */
sensed: number,
/**
 * Wakes without GPU work.
 */
false: number,
/**
 * GPU work without a wake.
 */
missed: number,
/**
 * The middle wake time, in milliseconds.
 */
median_ms: number | null,
/**
 * The longest wake time, in milliseconds.
 */
worst_ms: number | null, };

/**
 * Electrical power in watts.
 */
export type Watts = number;

/**
 * A small stand-in for what a language model does to a GPU.
 */
export type Workload = "decode" | "prefill";

/**
 * The measurement with one workload.
 */
export type WorkloadResult = {
/**
 * Which.
 */
name: Workload,
/**
 * Its meaning for people; empty in a result from before this was kept.
 */
text: string,
/**
 * A request right after another.
 */
back_to_back_ms: number | null,
/**
 * Its spread.
 */
back_to_back_spread_ms: number | null,
/**
 * The first request after each rest.
 */
rests: Array<RestResult>, };
