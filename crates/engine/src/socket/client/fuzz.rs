//! Damaged lines of an engine: each is understood as it was meant, or garbled.

use fuzzing::{assert_shows, config, damaged};
use gpu_keepalive_core::{
    Moment,
    protocol::{ErrorCode, Status},
    settings::SettingsFile,
    simulation::{Scenario, SimulatedMachine},
};
use proptest::prelude::{prop_assert_eq, proptest};
use tokio_util::bytes::Bytes;

use super::*;

fn corpus() -> Vec<Vec<u8>> {
    let status: Status =
        serde_json::from_str(include_str!("../../../../../tests/fixtures/status.json"))
            .expect("a status");
    let scenario = Scenario::preset("two-gpus").expect("a preset");
    let gpus = SimulatedMachine::new(scenario, Moment::ORIGIN).discover(Moment::ORIGIN);
    let settings = SettingsFile::default().report("settings.toml");
    let lines = [
        ServerLine::Ok(Reply::Done),
        ServerLine::Ok(Reply::Status(Box::new(status.clone()))),
        ServerLine::Ok(Reply::Gpus(gpus.expect("GPUs").gpus)),
        ServerLine::Ok(Reply::Log(vec!["a line".to_owned(), "another".to_owned()])),
        ServerLine::Error(ApiError::new(ErrorCode::UnknownRequest, "no")),
        ServerLine::Event(Event::Status(Box::new(status))),
        ServerLine::Event(Event::Settings(Box::new(settings))),
        ServerLine::Event(Event::ShowWindow),
    ];
    lines
        .map(|line| serde_json::to_vec(&line).expect("JSON"))
        .into()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn a_line_is_understood_or_garbled(bytes in damaged(corpus())) {
        match understand(&Line::Whole(Bytes::from(bytes.0))) {
            Ok(line) => {
                let again = serde_json::to_vec(&line).expect("JSON");
                let back = understand(&Line::Whole(Bytes::from(again))).expect("the same");
                prop_assert_eq!(back, line);
            }
            Err(error) => assert_shows(&error.to_string()),
        }
    }
}
