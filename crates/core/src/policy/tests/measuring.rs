use super::*;
use crate::{gpu::GpuErrorKind, simulation::EventKind, status_text::cannot_benchmark};

/// Why a GPU that was kept warm cannot be measured a while after something happened.
fn why_not(preset: &str, happens: impl FnOnce(&mut Rig)) -> String {
    let mut rig = rig(preset, Mode::Always);
    rig.run_for(5 * SECOND);
    happens(&mut rig);
    rig.run_for(30 * SECOND);
    let decision = rig.decision().expect("decided");
    let obstacle = decision.cannot_measure.as_ref();
    obstacle.map_or_else(|| "A benchmark is possible.".to_owned(), cannot_benchmark)
}

fn event(kind: EventKind) -> impl FnOnce(&mut Rig) {
    |rig| {
        let now = rig.now();
        rig.machine.happen(None, kind, None, now);
    }
}

#[test]
fn what_protects_a_gpu_and_who_uses_it_stand_in_the_way_and_the_user_does_not() {
    let sentences = [
        why_not("rtx-4090", |_| {}),
        why_not("rtx-4090", |rig| rig.switches.pause = Pause::Indefinitely),
        why_not("rtx-4090", |rig| rig.switches.enabled = false),
        why_not("rtx-4090", |rig| rig.leases = 1),
        why_not("rtx-4090", |rig| {
            rig.machine.set_load(0, Percent(90), rig.now());
        }),
        why_not("rtx-4090", |rig| rig.budget_spent = true),
        why_not("rtx-3070-laptop", event(EventKind::Battery)),
        why_not("rtx-4090", event(EventKind::SensorLost)),
        why_not("hot-laptop", |_| {}),
        why_not("rtx-4090", event(EventKind::Fault(GpuErrorKind::GpuLost))),
    ];
    assert_snapshot!(sentences.join("\n"));
}

#[test]
fn while_it_is_measured_nothing_of_ours_has_it_open() {
    for (preset, _) in crate::simulation::PRESETS {
        if preset == "no-driver" {
            continue;
        }
        let mut rig = rig(preset, Mode::Always);
        rig.run_for(5 * SECOND);
        rig.measuring = true;
        rig.run_for(5 * SECOND);
        rig.run_watched(MINUTE, |seen| {
            assert_eq!(seen.decision.action, None, "{preset}");
            assert!(!seen.policy.record().is_open(), "{preset}");
        });
        let decision = rig.decision().expect("decided");
        assert_eq!(decision.phase, Phase::Paused, "{preset}");
        assert!(
            decision.reasons.contains(&PauseReason::Measuring),
            "{preset}"
        );
        rig.measuring = false;
        rig.run_for(MINUTE);
        let phase = rig.phase();
        assert!(
            phase == Some(Phase::Warm) || preset == "hot-laptop",
            "{preset}: {phase:?}"
        );
    }
}
