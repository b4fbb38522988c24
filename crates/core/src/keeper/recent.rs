//! The last ten minutes of one GPU, so that a chart is full when it opens.

use std::{collections::VecDeque, time::Duration};

use gpu_keepalive_text::Key;

use super::{Keeper, lane::Lane, status::seconds};
use crate::{
    Moment,
    gpu::PState,
    protocol::{
        Badge, GpuStatus, HISTORY_SPAN, HistoryMark, HistoryPoints, HistoryReport, HistoryState,
        MarkKind, Status,
    },
    sensor::{Verdict, Wake},
    status_text::{mark_text, short},
    units::{Celsius, Megahertz, Watts},
};

/// Statuses that follow each other faster share a point, unless the state changed.
const RESOLUTION: Duration = Duration::from_secs(1);
/// A value stands until the next status. After a longer time a second point shows that.
const STANDS: Duration = Duration::from_secs(10);
/// Points that are kept: one a second, and changes of state between them. One takes 56 bytes, so
/// that the points of a GPU take at most 45 KB.
const MOST_POINTS: usize = 800;
/// Marks that are kept, of at most 100 bytes.
const MOST_MARKS: usize = 100;
/// Work that begins so soon after a wake is the request that it was made for.
pub(super) const SAME_REQUEST: Duration = Duration::from_secs(3);

/// The last ten minutes of one GPU, as its status was.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    points: VecDeque<Point>,
    requests: VecDeque<(Moment, Option<String>)>,
    pulses: u64,
}

#[derive(Clone, Debug)]
struct Point {
    at: Moment,
    badge: Badge,
    /// The short text of the state.
    text: Key,
    pstate: Option<PState>,
    sm_clock: Option<Megahertz>,
    temperature: Option<Celsius>,
    power: Option<Watts>,
    pulsed: bool,
}

impl Recent {
    /// Another process began to compute, or a lease began.
    pub(super) fn add_request(&mut self, process: Option<String>, now: Moment) {
        if self.requests.len() == MOST_MARKS {
            self.requests.pop_front();
        }
        self.requests.push_back((now, process));
    }

    fn add(&mut self, gpu: &GpuStatus, now: Moment) {
        let pulsed = gpu.pulses > self.pulses;
        self.pulses = gpu.pulses;
        let mut point = Point {
            at: now,
            badge: gpu.badge,
            text: short(gpu.message.state),
            pstate: gpu.pstate,
            sm_clock: gpu.sm_clock_mhz,
            temperature: gpu.temperature_c,
            power: gpu.power_w,
            pulsed,
        };
        if let Some(last) = self.points.back() {
            let stood = now.since(last.at);
            let same = (last.badge, last.text) == (point.badge, point.text);
            let before = self.points.len().checked_sub(2).map(|i| &self.points[i]);
            if same && before.is_some_and(|before| last.at.since(before.at) < RESOLUTION) {
                point.pulsed |= last.pulsed;
                self.points.pop_back();
            } else if stood > STANDS {
                let until = Point {
                    at: now - RESOLUTION,
                    pulsed: false,
                    ..last.clone()
                };
                self.points.push_back(until);
            }
        }
        self.points.push_back(point);
        // One point before the span stays, so that lines reach its edge.
        let old = |point: &Point| now.since(point.at) >= HISTORY_SPAN;
        while self.points.get(1).is_some_and(old) || self.points.len() > MOST_POINTS {
            self.points.pop_front();
        }
    }

    fn points(&self, now: Moment) -> (Vec<HistoryState>, HistoryPoints) {
        let mut states: Vec<(Badge, Key)> = Vec::new();
        let mut columns = HistoryPoints::default();
        // What was last seen stands.
        let stands = self.points.back().map(|last| Point {
            at: now.max(last.at),
            pulsed: false,
            ..last.clone()
        });
        for point in self.points.iter().chain(&stands) {
            let state = (point.badge, point.text);
            let position = states.iter().position(|known| *known == state);
            let position = position.unwrap_or_else(|| {
                states.push(state);
                states.len() - 1
            });
            columns.ago_s.push(seconds(now.since(point.at)));
            columns.state.push(position as u32);
            columns.pstate.push(point.pstate);
            columns.sm_clock_mhz.push(point.sm_clock);
            columns.temperature_c.push(point.temperature);
            columns.power_w.push(point.power);
            columns.pulsed.push(point.pulsed);
        }
        let states = states.into_iter().map(|(badge, text)| HistoryState {
            badge,
            text: text.text(),
        });
        (states.collect(), columns)
    }

    /// Wakes, and the requests that none was made for.
    fn marks<'a>(
        &self,
        wakes: impl Iterator<Item = &'a Wake>,
        name: impl Fn(&Wake) -> String,
        now: Moment,
    ) -> Vec<HistoryMark> {
        let recent = |at: Moment| now.since(at) < HISTORY_SPAN;
        let wakes: Vec<&Wake> = wakes.filter(|wake| recent(wake.at)).collect();
        let woken = |at: Moment| {
            let near =
                |wake: &&Wake| at.since(wake.at) < SAME_REQUEST && wake.at.since(at) < SAME_REQUEST;
            wakes.iter().any(near)
        };
        let requests = self.requests.iter();
        let requests = requests.filter(|(at, _)| recent(*at) && !woken(*at));
        let mut marks: Vec<HistoryMark> = requests
            .map(|(at, process)| HistoryMark {
                ago_s: seconds(now.since(*at)),
                kind: MarkKind::Request,
                process: process.clone(),
                wake_ms: None,
                text: String::new(),
            })
            .collect();
        marks.extend(wakes.iter().map(|wake| HistoryMark {
            ago_s: seconds(now.since(wake.at)),
            kind: match wake.verdict {
                Verdict::Useful | Verdict::Undecided => MarkKind::Wake,
                Verdict::False => MarkKind::FalseWake,
                Verdict::Missed => MarkKind::MissedWake,
            },
            process: Some(name(wake)),
            wake_ms: wake.took.map(|took| took.as_secs_f64() * 1e3),
            text: String::new(),
        }));
        for mark in &mut marks {
            mark.text = mark_text(mark);
        }
        marks.sort_by(|a, b| b.ago_s.total_cmp(&a.ago_s));
        marks
    }
}

impl Keeper {
    /// The last ten minutes of every GPU.
    pub(super) fn history(&self, now: Moment) -> Vec<HistoryReport> {
        let report = |lane: &Lane| {
            let (states, points) = lane.recent.points(now);
            let clients: Vec<_> = lane.policy.clients(&self.host).collect();
            let name = |wake: &Wake| {
                let known = clients.iter().find(|client| client.pid == wake.pid);
                known.map_or_else(|| wake.program.clone(), |client| client.label.clone())
            };
            let marks = lane.recent.marks(lane.policy.sensor().wakes(), name, now);
            HistoryReport {
                uuid: lane.info.uuid.clone(),
                states,
                points,
                marks,
            }
        };
        self.gpus.iter().map(report).collect()
    }

    /// Adds that status to the last ten minutes.
    pub(super) fn remember(&mut self, status: &Status, now: Moment) {
        for (lane, gpu) in self.gpus.iter_mut().zip(&status.gpus) {
            lane.recent.add(gpu, now);
        }
    }
}

#[cfg(test)]
mod tests;
