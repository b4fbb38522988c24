use std::time::Duration;

use gpu_keepalive_core::Moment;

/// A reading that costs too much processor time to be taken with every sample.
pub(super) struct Seldom<T> {
    every: Duration,
    last: Option<(Moment, T)>,
}

impl<T: Clone> Seldom<T> {
    /// Taken with the first sample, and then this often.
    pub(super) fn new(every: Duration) -> Self {
        Self { every, last: None }
    }

    /// Takes it when it is due; `None` when it is not.
    pub(super) fn when_due<E>(
        &mut self,
        now: Moment,
        take: impl FnOnce() -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        if let Some((at, _)) = self.last
            && now.since(at) < self.every
        {
            return Ok(None);
        }
        let taken = take()?;
        self.last = Some((now, taken.clone()));
        Ok(Some(taken))
    }

    /// Takes it when it is due; the last one when it is not.
    pub(super) fn or_last<E>(
        &mut self,
        now: Moment,
        take: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        match (self.when_due(now, take)?, &self.last) {
            (Some(taken), _) => Ok(taken),
            (None, last) => Ok(last.as_ref().expect("it is due at first").1.clone()),
        }
    }
}
