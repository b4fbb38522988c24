//! Every key of the settings file, once.

use std::time::Duration;

use toml_edit::Value;

use super::{
    AiProgram, GpuSelector, MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL, PulseInterval, Settings,
    field::{Field, Place, show},
};
use crate::{
    protocol::SettingReport,
    units::{Bytes, Celsius},
};

/// The dotted key of every setting, in the order they are shown.
pub fn setting_keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key)
}

/// One key.
pub(super) struct Setting {
    /// Dotted.
    pub(super) key: &'static str,
    title: &'static str,
    description: &'static str,
    pub(super) field: Field,
}

impl Setting {
    /// The setting of that dotted key.
    pub(super) fn find(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }

    /// Section and name; the section of a key at the top is empty.
    pub(super) fn path(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// The value in these settings, as TOML.
    pub(super) fn toml(&self, settings: &Settings) -> Option<String> {
        self.field.value(settings).map(|value| value.to_string())
    }

    /// For faces.
    pub(super) fn report(&self, settings: &Settings) -> SettingReport {
        SettingReport {
            key: self.key.to_owned(),
            title: self.title.to_owned(),
            description: self.description.to_owned(),
            value: self.toml(settings),
            default: self.toml(&Settings::default()),
            kind: self.field.kind(),
        }
    }
}

/// Above what any household pays in any currency, and below where a number loses its cents.
const MAX_PRICE: f64 = 1_000_000.0;
/// A tenth of a watt-hour is seconds of holding, 100 kWh is more than eight of the largest cards
/// draw in a day.
const BUDGET_WH: (f64, f64) = (0.1, 100_000.0);

/// In the order they are shown.
pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        key: "mode",
        title: "When to keep the GPU warm",
        description: "On demand keeps it warm from the first sign that your AI is used until the \
                      warm time after the last. While a model is loaded keeps it warm as long as \
                      a program has it open.",
        field: Field::Choice {
            options: &[
                ("always", "Always"),
                ("while_loaded", "While a model is loaded"),
                ("on_demand", "On demand"),
            ],
            get: |settings| settings.mode.to_string(),
            set: |settings, word| word.parse().map(|mode| settings.mode = mode),
        },
    },
    Setting {
        key: "warm_window_minutes",
        title: "Warm time",
        description: "How long the GPU stays warm after your AI was last used.",
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
        field: Field::List {
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
        description: "The GPUs to look after, by number or by UUID. All of them when not set.",
        field: Field::List {
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
        title: "How to keep it warm",
        description: "Automatic takes the cheapest way that is seen to work on this GPU.",
        field: Field::Choice {
            options: &[
                ("auto", "Automatic"),
                ("power_mizer", "Ask the driver for full performance"),
                ("context", "Keep a connection to the GPU open"),
                ("pulse", "Send a tiny piece of work now and then"),
            ],
            get: |settings| settings.strategy.to_string(),
            set: |settings, word| word.parse().map(|choice| settings.strategy = choice),
        },
    },
    Setting {
        key: "pulse.interval_ms",
        title: "Time between pulses",
        description: "How often the tiny piece of work is sent. With auto it is as rare as your \
                      GPU allows.",
        field: Field::WholeOr {
            word: "auto",
            min: MIN_PULSE_INTERVAL.as_millis() as u64,
            max: MAX_PULSE_INTERVAL.as_millis() as u64,
            unit: "ms",
            place: Place {
                get: |settings| match settings.pulse.interval {
                    PulseInterval::Auto => None,
                    PulseInterval::Fixed(interval) => u64::try_from(interval.as_millis()).ok(),
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
        field: Field::Bool(Place {
            get: |settings| settings.thermal.enabled,
            set: |settings, on| settings.thermal.enabled = on,
        }),
    },
    Setting {
        key: "thermal.max_temperature",
        title: "Highest temperature",
        description: "The GPU is no longer kept warm from this temperature on, until it is 5 °C \
                      cooler.",
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
        description: "Do not keep the GPU warm on battery or on a power adapter that is too weak.",
        field: Field::Bool(Place {
            get: |settings| settings.battery_pause,
            set: |settings, on| settings.battery_pause = on,
        }),
    },
    Setting {
        key: "vram.reserve_mib",
        title: "GPU memory kept free",
        description: "The GPU is not kept warm when less memory than this is free, so that your \
                      models always have it.",
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
        description: "Stop keeping the GPU warm for the rest of the day once that has used this \
                      much energy. No limit when not set.",
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
        field: Field::Bool(Place {
            get: |settings| settings.app.start_at_login,
            set: |settings, on| settings.app.start_at_login = on,
        }),
    },
    Setting {
        key: "app.notifications",
        title: "Notifications",
        description: "Important ones tell of heat, of faults, and when these are over.",
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

/// A number that its range has made small enough.
fn narrow<T: TryFrom<u64> + Default>(number: u64) -> T {
    T::try_from(number).unwrap_or_default()
}
