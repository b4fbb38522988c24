use super::interval::Interval;
use crate::{
    gpu::{PowerSource, plausible::can_have_drawn},
    units::Joules,
};

/// The stretches since the driver's counter was last read, as far as all of them were charged in
/// one way: then the counter's next reading corrects the energy computed from power alone.
///
/// Power is read now and then, and always just before a pulse, when the GPU draws the least. The
/// counter misses nothing, but reading it takes milliseconds of processor time, so it is read
/// every two minutes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    counter: Joules,
    power_source: PowerSource,
    charged: Joules,
    seconds: f64,
}

impl Span {
    /// Begins at a reading of the counter.
    pub(super) fn from(counter: Joules, power_source: PowerSource) -> Self {
        Self {
            counter,
            power_source,
            charged: Joules(0.0),
            seconds: 0.0,
        }
    }

    /// With another stretch; `None` where a correction could not be attributed any more: another
    /// process computed meanwhile, the hold or the day ended, the power source changed, or nothing
    /// was measured.
    pub(super) fn with(self, interval: &Interval) -> Option<Self> {
        let one_day = interval.dates.0 == interval.dates.1;
        let ours_alone = interval.held && !interval.others_busy;
        let one_account = one_day && interval.power_source == self.power_source;
        let Joules(drawn) = interval.drawn.filter(|_| ours_alone && one_account)?;
        Some(Self {
            charged: Joules(self.charged.0 + drawn),
            seconds: self.seconds + interval.seconds,
            ..self
        })
    }

    /// The correction of the charge for each power source, by the counter read at its end; `None`
    /// when the driver was loaded anew in between, or the counter jumped or stood still.
    pub(super) fn correction(&self, counter: Joules) -> Option<(PowerSource, Joules)> {
        let counted = Joules(counter.0 - self.counter.0);
        let more = Joules(counted.0 - self.charged.0);
        can_have_drawn(counted, self.seconds).then_some((self.power_source, more))
    }
}
