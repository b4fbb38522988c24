//! Damaged commands: the process ends in order or with a message, and nothing stays open.

use fuzzing::{assert_shows, config, damaged};
use gpu_keepalive_core::{gpu::holder::SensedProcess, models::one_line};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::processes::process_started;

/// What a pipe takes at once.
const PIPE: usize = 60_000;

fn corpus() -> [Vec<u8>; 2] {
    let pid = std::process::id();
    let process = SensedProcess {
        pid,
        started: process_started(pid).expect("it lives"),
        threshold: MILLISECOND,
    };
    let lasting = Duration::from_secs(3);
    let armed = [
        HolderAction::Arm(sensing(vec![process; 2])),
        HolderAction::Raise { lasting },
        HolderAction::Stay { lasting },
        HolderAction::Report,
        HolderAction::Release { false_wake: true },
        HolderAction::Raise { lasting },
        HolderAction::Disarm,
    ];
    let held = [
        HolderAction::Hold(Renewal::default()),
        HolderAction::Arm(sensing(Vec::new())),
        HolderAction::Raise { lasting },
        HolderAction::Hold(Renewal::default()),
    ];
    [&armed[..], &held].map(|actions| {
        let lines = (1..).zip(actions.iter().cloned()).map(|(id, action)| {
            let command = HolderCommand { id, action };
            serde_json::to_string(&command).expect("JSON") + "\n"
        });
        lines.collect::<String>().into_bytes()
    })
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn no_command_leaves_anything_open(mut bytes in damaged(corpus())) {
        bytes.0.truncate(PIPE);
        let (input, mut commands) = pipe().expect("a pipe");
        let (reports, output) = pipe().expect("a pipe");
        commands.write_all(&bytes).expect("there is room");
        drop(commands);
        let kernel = FakeKernel::new(Form::Since535);
        let gpu = "0000:01:00.0".parse().expect("an address");
        let ended = serve(gpu, kernel.clone(), input, output);
        if let Err(error) = ended {
            assert_shows(&one_line(&error.to_string(), 200));
        }
        let events = kernel.events();
        let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
        prop_assert_eq!(
            count(|event| matches!(event, Event::Opened(_))),
            count(|event| matches!(event, Event::Closed(_))),
            "{:?}", events
        );
        for line in io::BufRead::lines(io::BufReader::new(reports)) {
            let report = serde_json::from_str::<HolderReport>(&line.expect("text"));
            prop_assert!(report.is_ok());
        }
    }
}
