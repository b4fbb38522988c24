//! Workers that failed, and what is logged.

use std::time::Duration;

use super::{Action, Keeper, LogLevel, LogLine, Worker, lane};
use crate::Moment;

/// The time until the machine is sampled again after that failed.
const HOST_SAMPLE_AGAIN: Duration = Duration::from_secs(2);

impl Keeper {
    /// A worker failed: what it owed is answered in its place, and a GPU is taken in hand anew.
    pub(super) fn worker_ended(&mut self, worker: Worker, message: &str, now: Moment) {
        self.warn(format!("{worker} ended: {message}"));
        let error = lane::worker_ended(message);
        match worker {
            Worker::Gpu(gpu) => {
                let mut log = Vec::new();
                if let Some(lane) = self.gpus.iter_mut().find(|lane| lane.id == gpu) {
                    lane.policy.holder_ended(&error, now);
                    lane.process_ended(error, now, &mut log);
                }
                self.log(log);
                self.reopen(gpu);
            }
            Worker::Driver => {
                if self.discovery.is_running() {
                    self.discovered(Err(error), now);
                }
            }
            Worker::Host => self.host_sample_at = now + HOST_SAMPLE_AGAIN,
            Worker::Store => {}
            Worker::Benchmark => self.benchmark_ended(Some(Err(message.to_owned()))),
        }
    }

    pub(super) fn log(&mut self, lines: Vec<LogLine>) {
        self.outbox.extend(lines.into_iter().map(Action::Log));
    }

    pub(super) fn debug(&mut self, text: String) {
        self.line(LogLevel::Debug, text);
    }

    pub(super) fn info(&mut self, text: String) {
        self.line(LogLevel::Info, text);
    }

    pub(super) fn warn(&mut self, text: String) {
        self.line(LogLevel::Warning, text);
    }

    fn line(&mut self, level: LogLevel, text: String) {
        let gpu = None;
        self.outbox
            .push_back(Action::Log(LogLine { level, gpu, text }));
    }
}
