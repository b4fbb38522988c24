//! Every key of the settings file, once.

use std::{str::FromStr, time::Duration};

use gpu_keepalive_text::key;
use toml_edit::{Array, Value};

use super::{
    GpuSelector, MAX_PULSE_INTERVAL, MIN_PULSE_INTERVAL, Mode, PulseInterval,
    choices::STRATEGIES,
    field::{Entries, Field, Place},
    json::show,
    schema::{Group, Setting},
};
use crate::units::{Bytes, Celsius};

/// Above what households pay in any currency.
const MAX_PRICE: f64 = 100_000.0;
/// A tenth of a watt-hour is seconds of holding, 20 kWh is what a card of 800 W draws in a day.
const BUDGET_WH: (f64, f64) = (0.1, 20_000.0);
/// 256 GiB: all that the largest cards have, and more than anyone keeps free on purpose.
const MAX_RESERVE_MIB: u64 = 256 << 10;

/// A wake whose clocks are not seen up within 250 ms has failed, whatever the user allows.
const MAX_WAKE_MS: u64 = 250;
/// Five minutes, after which to linger is to hold.
const MAX_LINGER_S: u64 = 300;

/// The place of a setting that has its own type in the file, too.
macro_rules! place {
    ($($path:ident).+) => {
        Place {
            get: |settings| settings.$($path).+.clone(),
            set: |settings, value| settings.$($path).+ = value,
        }
    };
}

/// In the order they are shown.
pub(super) static SETTINGS: &[Setting] = &[
    Setting {
        key: "mode",
        text: key!("setting-mode"),
        group: Group::Readiness,
        rarely_used: false,
        field: Field::Choice {
            options: &[
                ("always", Mode::Always.key()),
                ("while_loaded", Mode::WhileLoaded.key()),
                ("on_demand", Mode::OnDemand.key()),
            ],
            get: |settings| settings.mode.to_string(),
            set: |settings, word| word.parse().map(|mode| settings.mode = mode),
        },
    },
    Setting {
        key: "warm_window_minutes",
        text: key!("setting-warm-window-minutes"),
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
        text: key!("setting-ai-programs"),
        group: Group::Readiness,
        rarely_used: true,
        field: Field::List {
            of: Entries::Texts,
            expected: key!("expected-ai-programs"),
            get: |settings| Some(settings.ai_programs.iter().map(text).collect()),
            set: |settings, array| {
                settings.ai_programs = each(array, parsed)?;
                Ok(())
            },
        },
    },
    Setting {
        key: "gpus",
        text: key!("setting-gpus"),
        group: Group::Readiness,
        rarely_used: false,
        field: Field::List {
            of: Entries::Gpus,
            expected: key!("expected-gpus-to-use"),
            get: |settings| Some(settings.gpus.as_ref()?.iter().map(gpu_value).collect()),
            set: |settings, array| {
                let gpus = Some(each(array, gpu)?).filter(|gpus| !gpus.is_empty());
                settings.gpus = Some(gpus.ok_or(None)?);
                Ok(())
            },
        },
    },
    Setting {
        key: "strategy",
        text: key!("setting-strategy"),
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
        text: key!("setting-strategy-exclude"),
        group: Group::Strategy,
        rarely_used: true,
        field: Field::List {
            of: Entries::Choices(STRATEGIES.split_at(1).1),
            expected: key!("expected-strategies"),
            get: |settings| Some(settings.strategy_exclude.iter().map(text).collect()),
            set: |settings, array| {
                settings.strategy_exclude = each(array, parsed)?;
                Ok(())
            },
        },
    },
    Setting {
        key: "readiness.max_wake_ms",
        text: key!("setting-readiness-max-wake-ms"),
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
        text: key!("setting-readiness-linger-s"),
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
        text: key!("setting-pulse-interval-ms"),
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
        text: key!("setting-pulse-matrix-size"),
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
        text: key!("setting-thermal-enabled"),
        group: Group::Protection,
        rarely_used: false,
        field: Field::Bool(place!(thermal.enabled)),
    },
    Setting {
        key: "thermal.max_temperature",
        text: key!("setting-thermal-max-temperature"),
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
        text: key!("setting-battery-pause"),
        group: Group::Protection,
        rarely_used: false,
        field: Field::Bool(place!(battery_pause)),
    },
    Setting {
        key: "power_saver.pause",
        text: key!("setting-power-saver-pause"),
        group: Group::Protection,
        rarely_used: true,
        field: Field::Bool(place!(power_saver_pause)),
    },
    Setting {
        key: "vram.reserve_mib",
        text: key!("setting-vram-reserve-mib"),
        group: Group::Protection,
        rarely_used: true,
        field: Field::Whole {
            min: 0,
            max: MAX_RESERVE_MIB,
            unit: "MiB",
            place: Place {
                get: |settings| settings.vram_reserve.mib(),
                set: |settings, mib| settings.vram_reserve = Bytes::from_mib(mib),
            },
        },
    },
    Setting {
        key: "energy.price_per_kwh",
        text: key!("setting-energy-price-per-kwh"),
        group: Group::Energy,
        rarely_used: false,
        field: Field::Decimal {
            min: 0.0,
            max: MAX_PRICE,
            unit: "per kWh",
            place: place!(energy.price_per_kwh),
        },
    },
    Setting {
        key: "energy.currency",
        text: key!("setting-energy-currency"),
        group: Group::Energy,
        rarely_used: false,
        field: Field::Text {
            max_length: 8,
            place: place!(energy.currency),
        },
    },
    Setting {
        key: "energy.daily_budget_wh",
        text: key!("setting-energy-daily-budget-wh"),
        group: Group::Energy,
        rarely_used: true,
        field: Field::Decimal {
            min: BUDGET_WH.0,
            max: BUDGET_WH.1,
            unit: "Wh",
            place: place!(energy.daily_budget_wh),
        },
    },
    Setting {
        key: "app.start_at_login",
        text: key!("setting-app-start-at-login"),
        group: Group::App,
        rarely_used: false,
        field: Field::Bool(place!(app.start_at_login)),
    },
    Setting {
        key: "app.notifications",
        text: key!("setting-app-notifications"),
        group: Group::App,
        rarely_used: false,
        field: Field::Choice {
            options: &[
                ("off", key!("notifications-off")),
                ("important", key!("notifications-important")),
                ("all", key!("notifications-all")),
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
        text: key!("setting-app-setup-completed"),
        group: Group::App,
        rarely_used: true,
        field: Field::Bool(place!(app.setup_completed)),
    },
];

fn text(entry: &impl ToString) -> Value {
    entry.to_string().into()
}

/// What `read` makes of every entry; an error has the first of which it makes nothing.
fn each<T>(array: &Array, read: fn(&Value) -> Option<T>) -> Result<Vec<T>, Option<String>> {
    let entries = array.iter();
    entries
        .map(|entry| read(entry).ok_or_else(|| Some(show(entry))))
        .collect()
}

fn parsed<T: FromStr>(entry: &Value) -> Option<T> {
    entry.as_str()?.parse().ok()
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
