//! Damaged lines between the engine and its driver process.

use fuzzing::{config, damaged};
use gpu_keepalive_core::{
    Moment,
    gpu::{Action, GpuErrorKind, GpuList, Outcome, Sample},
    settings::Strategy,
    simulation::{Scenario, SimulatedMachine},
};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use serde::de::DeserializeOwned;

use super::*;

fn asks() -> Vec<Vec<u8>> {
    let hold = Action::Hold {
        strategy: Strategy::Pulse,
        matrix_size: 256,
    };
    let actions = [Action::Sample, Action::Pulse, hold, Action::Close];
    let lines = actions.map(|action| serde_json::to_vec(&Ask { id: 7, action }));
    lines.map(|line| line.expect("JSON")).into()
}

fn replies() -> Vec<Vec<u8>> {
    let scenario = Scenario::preset("two-gpus").expect("a preset");
    let list = SimulatedMachine::new(scenario, Moment::ORIGIN).discover(Moment::ORIGIN);
    let sample = Box::new(Sample::default());
    let error = GpuError::new(GpuErrorKind::GpuLost, "it fell off the bus");
    [
        serde_json::to_vec(&Reply::new(0, list)),
        serde_json::to_vec(&Reply::new(7, Ok(Outcome::Sampled(sample)))),
        serde_json::to_vec(&Reply::new(7, Ok(Outcome::Released))),
        serde_json::to_vec(&Reply::<Outcome>::new(u64::MAX, Err(error))),
    ]
    .map(|line| line.expect("JSON"))
    .into()
}

/// A reply is exactly one of both, and the same when it is written again.
fn is_stable<T: Serialize + DeserializeOwned>(line: &[u8]) {
    let Ok(reply) = serde_json::from_slice::<Reply<T>>(line) else {
        return;
    };
    let again = serde_json::to_vec(&reply).expect("JSON");
    let back: Reply<T> = serde_json::from_slice(&again).expect("the same");
    assert!(serde_json::to_vec(&back).expect("JSON") == again);
    let id = reply.id;
    let written = serde_json::to_vec(&Reply::new(id, reply.into_result())).expect("JSON");
    assert!(written == again);
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_reply_is_what_it_says(line in damaged(replies())) {
        is_stable::<Outcome>(&line);
        is_stable::<GpuList>(&line);
    }

    #[test]
    fn lines_are_cut_where_they_end_and_have_a_limit(input in damaged(asks())) {
        let mut rest = &input[..];
        let mut line = Vec::new();
        let mut read = Vec::new();
        loop {
            match read_line(&mut rest, &mut line, LONGEST_LINE) {
                Ok(false) => break,
                Ok(true) => {
                    prop_assert!(line.len() <= LONGEST_LINE);
                    prop_assert!(!line[..line.len() - 1].contains(&b'\n'));
                    read.extend_from_slice(&line);
                    if let Ok(ask) = serde_json::from_slice::<Ask<Action>>(&line) {
                        let again = serde_json::to_vec(&ask).expect("JSON");
                        let back: Ask<Action> = serde_json::from_slice(&again).expect("the same");
                        prop_assert_eq!((back.id, back.action), (ask.id, ask.action));
                    }
                }
                Err(error) => {
                    prop_assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                    prop_assert!(input.len() >= LONGEST_LINE);
                    return Ok(());
                }
            }
        }
        prop_assert_eq!(read, input.0);
    }
}
