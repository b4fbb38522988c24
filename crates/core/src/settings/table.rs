//! Every key of the settings file, once.

use std::time::Duration;

use toml_edit::Value;

use super::{
    AiProgram, GpuSelector, MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL, Mode, PulseInterval, Strategy,
    choices::STRATEGIES,
    field::{Entries, Field, Place},
    json::show,
    schema::{Group, Setting},
};
use crate::units::{Bytes, Celsius};

/// Above what any household pays in any currency, and below where a number loses its cents.
const MAX_PRICE: f64 = 1_000_000.0;
/// A tenth of a watt-hour is seconds of holding, 100 kWh is more than eight of the largest cards
/// draw in a day.
const BUDGET_WH: (f64, f64) = (0.1, 100_000.0);

/// A wake whose clocks are not seen up within 250 ms has failed, whatever the user allows.
const MAX_WAKE_MS: u64 = 250;
/// Longest `duration` of the driver's boost request (`NV2080_CTRL_CMD_PERF_BOOST`).
const MAX_LINGER_S: u64 = 3600;

/// In the order they are shown.
pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        key: "mode",
        title: "When to be ready",
        description: "On demand is ready for your AI at no cost where a request is enough to wake \
                      the GPU. Elsewhere it keeps the GPU ready from the first sign of use until \
                      some time after the last. While a model is loaded is ready as long as a \
                      program has one open.",
        group: Group::Readiness,
        rarely_used: false,
        field: Field::Choice {
            options: &[
                ("always", Mode::Always.title()),
                ("while_loaded", Mode::WhileLoaded.title()),
                ("on_demand", Mode::OnDemand.title()),
            ],
            get: |settings| settings.mode.to_string(),
            set: |settings, word| word.parse().map(|mode| settings.mode = mode),
        },
    },
    Setting {
        key: "warm_window_minutes",
        title: "How long to stay ready",
        description: "How long the GPU stays ready after your AI was last used, where a request \
                      is not enough to wake it.",
        group: Group::Readiness,
        rarely_used: false,
        field: Field::Whole {
            min: 1,
            max: 1440,
            unit: "minutes",
            place: Place {
                get: |settings| settings.warm_window.as_secs() / 60,
                set: |settings, minutes| settings.warm_window = Duration::from_secs(minutes * 60),
            },
        },
    },
    Setting {
        key: "ai_programs",
        title: "AI programs",
        description: "Your own programs whose use of the GPU counts as AI at work, besides Ollama, \
                      LM Studio, ComfyUI and the others that are known. Write the program's name, \
                      or name:argument when it must also have been started with that argument.",
        group: Group::Readiness,
        rarely_used: true,
        field: Field::List {
            of: Entries::Texts,
            expected: "a list of program names without their folders, such as \
                       [\"llama-server\", \"ollama:runner\"]",
            get: |settings| Some(settings.ai_programs.iter().map(text).collect()),
            set: |settings, array| {
                let program = |entry: &Value| entry.as_str()?.parse::<AiProgram>().ok();
                let programs = array
                    .iter()
                    .map(|entry| program(entry).ok_or_else(|| Some(show(entry))));
                settings.ai_programs = programs.collect::<Result<_, _>>()?;
                Ok(())
            },
        },
    },
    Setting {
        key: "gpus",
        title: "GPUs",
        description: "The GPUs to look after. All of them unless you choose.",
        group: Group::Readiness,
        rarely_used: false,
        field: Field::List {
            of: Entries::Gpus,
            expected: "a list with at least one GPU, each by its number or its UUID, such as \
                       [0, \"GPU-5e2c1a34\"]; leave it out for all GPUs",
            get: |settings| Some(settings.gpus.as_ref()?.iter().map(gpu_value).collect()),
            set: |settings, array| {
                let gpus = array
                    .iter()
                    .map(|entry| gpu(entry).ok_or_else(|| Some(show(entry))));
                let gpus: Vec<GpuSelector> = gpus.collect::<Result<_, _>>()?;
                if gpus.is_empty() {
                    return Err(None);
                }
                settings.gpus = Some(gpus);
                Ok(())
            },
        },
    },
    Setting {
        key: "strategy",
        title: "How to keep it ready",
        description: "Automatic takes the cheapest way that is seen to work on this GPU.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::Choice {
            options: STRATEGIES,
            get: |settings| settings.strategy.to_string(),
            set: |settings, word| word.parse().map(|choice| settings.strategy = choice),
        },
    },
    Setting {
        key: "strategy_exclude",
        title: "Ways not to use",
        description: "Automatic leaves these out, even where they would work on this GPU.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::List {
            of: Entries::Choices(STRATEGIES.split_at(1).1),
            expected: "a list of any of \"standby\", \"boost\", \"power_mizer\", \"context\" and \
                       \"pulse\"; [] for none",
            get: |settings| Some(settings.strategy_exclude.iter().map(text).collect()),
            set: |settings, array| {
                let strategy = |entry: &Value| entry.as_str()?.parse::<Strategy>().ok();
                let strategies = array
                    .iter()
                    .map(|entry| strategy(entry).ok_or_else(|| Some(show(entry))));
                settings.strategy_exclude = strategies.collect::<Result<_, _>>()?;
                Ok(())
            },
        },
    },
    Setting {
        key: "readiness.max_wake_ms",
        title: "Longest wake",
        description: "Raising the clocks for a request may take this long. Where it takes longer, \
                      they are held instead.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::Whole {
            min: 1,
            max: MAX_WAKE_MS,
            unit: "ms",
            place: Place {
                get: |settings| millis(settings.readiness.max_wake),
                set: |settings, ms| settings.readiness.max_wake = Duration::from_millis(ms),
            },
        },
    },
    Setting {
        key: "readiness.linger_s",
        title: "Full speed after a request",
        description: "Clocks that were raised for a request are released so long after it.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::Whole {
            min: 1,
            max: MAX_LINGER_S,
            unit: "s",
            place: Place {
                get: |settings| settings.readiness.linger.as_secs(),
                set: |settings, s| settings.readiness.linger = Duration::from_secs(s),
            },
        },
    },
    Setting {
        key: "pulse.interval_ms",
        title: "Time between pulses",
        description: "How often the tiny piece of work is sent. With auto it is as rare as your \
                      GPU allows.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::WholeOr {
            word: "auto",
            min: MIN_PULSE_INTERVAL.as_millis() as u64,
            max: MAX_PULSE_INTERVAL.as_millis() as u64,
            unit: "ms",
            place: Place {
                get: |settings| match settings.pulse.interval {
                    PulseInterval::Auto => None,
                    PulseInterval::Fixed(interval) => Some(millis(interval)),
                },
                set: |settings, ms| {
                    settings.pulse.interval = ms.map_or(PulseInterval::Auto, |ms| {
                        PulseInterval::Fixed(Duration::from_millis(ms))
                    });
                },
            },
        },
    },
    Setting {
        key: "pulse.matrix_size",
        title: "Size of a pulse",
        description: "The pulse works on a square of numbers with this many on a side. Larger \
                      does more work and uses more energy.",
        group: Group::Strategy,
        rarely_used: true,
        field: Field::Whole {
            min: 16,
            max: 4096,
            unit: "",
            place: Place {
                get: |settings| settings.pulse.matrix_size.into(),
                set: |settings, size| settings.pulse.matrix_size = narrow(size),
            },
        },
    },
    Setting {
        key: "thermal.enabled",
        title: "Pause when hot",
        description: "Let the GPU cool down when it reaches the highest temperature.",
        group: Group::Protection,
        rarely_used: false,
        field: Field::Bool(Place {
            get: |settings| settings.thermal.enabled,
            set: |settings, on| settings.thermal.enabled = on,
        }),
    },
    Setting {
        key: "thermal.max_temperature",
        title: "Highest temperature",
        description: "The GPU is no longer kept ready from this temperature on, until it is 5 °C \
                      cooler.",
        group: Group::Protection,
        rarely_used: false,
        field: Field::Whole {
            min: 50,
            max: 95,
            unit: "°C",
            place: Place {
                get: |settings| settings.thermal.max_temperature.0.unsigned_abs().into(),
                set: |settings, degrees| {
                    settings.thermal.max_temperature = Celsius(narrow(degrees));
                },
            },
        },
    },
    Setting {
        key: "battery.pause",
        title: "Pause on battery",
        description: "Do not keep the GPU ready on battery or on a power adapter that is too weak.",
        group: Group::Protection,
        rarely_used: false,
        field: Field::Bool(Place {
            get: |settings| settings.battery_pause,
            set: |settings, on| settings.battery_pause = on,
        }),
    },
    Setting {
        key: "vram.reserve_mib",
        title: "GPU memory kept free",
        description: "Ways that need GPU memory are not used while less than this is free, so \
                      that your models always have it.",
        group: Group::Protection,
        rarely_used: true,
        field: Field::Whole {
            min: 0,
            max: 1 << 20,
            unit: "MiB",
            place: Place {
                get: |settings| settings.vram_reserve.mib(),
                set: |settings, mib| settings.vram_reserve = Bytes::from_mib(mib),
            },
        },
    },
    Setting {
        key: "energy.price_per_kwh",
        title: "Price of electricity",
        description: "What you pay for one kilowatt-hour. Costs are shown once it is set.",
        group: Group::Energy,
        rarely_used: false,
        field: Field::Decimal {
            min: 0.0,
            max: MAX_PRICE,
            unit: "",
            place: Place {
                get: |settings| settings.energy.price_per_kwh,
                set: |settings, price| settings.energy.price_per_kwh = price,
            },
        },
    },
    Setting {
        key: "energy.currency",
        title: "Currency",
        description: "The unit of that price, as it is shown beside every cost.",
        group: Group::Energy,
        rarely_used: false,
        field: Field::Text {
            max_length: 8,
            place: Place {
                get: |settings| settings.energy.currency.clone(),
                set: |settings, currency| settings.energy.currency = currency,
            },
        },
    },
    Setting {
        key: "energy.daily_budget_wh",
        title: "Energy per day",
        description: "Stop keeping the GPU ready for the rest of the day once that has used this \
                      much energy. No limit when not set.",
        group: Group::Energy,
        rarely_used: true,
        field: Field::Decimal {
            min: BUDGET_WH.0,
            max: BUDGET_WH.1,
            unit: "Wh",
            place: Place {
                get: |settings| settings.energy.daily_budget_wh,
                set: |settings, budget| settings.energy.daily_budget_wh = budget,
            },
        },
    },
    Setting {
        key: "app.start_at_login",
        title: "Start at login",
        description: "Start in the tray, without a window, when you log in.",
        group: Group::App,
        rarely_used: false,
        field: Field::Bool(Place {
            get: |settings| settings.app.start_at_login,
            set: |settings, on| settings.app.start_at_login = on,
        }),
    },
    Setting {
        key: "app.notifications",
        title: "Notifications",
        description: "Important ones tell of heat, of faults, and when these are over.",
        group: Group::App,
        rarely_used: false,
        field: Field::Choice {
            options: &[
                ("off", "None"),
                ("important", "Important ones"),
                ("all", "Every change"),
            ],
            get: |settings| settings.app.notifications.to_string(),
            set: |settings, word| {
                word.parse()
                    .map(|choice| settings.app.notifications = choice)
            },
        },
    },
    Setting {
        key: "app.setup_completed",
        title: "Setup finished",
        description: "Whether the setup at first start was finished or closed. Switch it off to \
                      see it again.",
        group: Group::App,
        rarely_used: true,
        field: Field::Bool(Place {
            get: |settings| settings.app.setup_completed,
            set: |settings, done| settings.app.setup_completed = done,
        }),
    },
];

fn text(entry: &impl ToString) -> Value {
    entry.to_string().into()
}

fn gpu(entry: &Value) -> Option<GpuSelector> {
    match entry.as_integer() {
        Some(index) => u32::try_from(index).ok().map(GpuSelector::Index),
        None => entry.as_str()?.parse().ok(),
    }
}

fn gpu_value(selector: &GpuSelector) -> Value {
    match selector {
        GpuSelector::Index(index) => i64::from(*index).into(),
        GpuSelector::Uuid(uuid) => text(uuid),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A number that its range has made small enough.
fn narrow<T: TryFrom<u64> + Default>(number: u64) -> T {
    T::try_from(number).unwrap_or_default()
}
