use std::collections::BTreeMap;

use gpu_keepalive_core::{
    protocol::{Badge, Message, Phase, State},
    status_text::present,
};
use serde_json::Value;

use super::*;
use crate::text::tests::laptop;

fn fields(status: &Status) -> Value {
    serde_json::from_str(&line(status)).expect("JSON")
}

#[test]
fn a_line_has_every_field_of_a_bar() {
    // In the order of their names, whatever features serde_json is built with.
    let fields: BTreeMap<String, Value> = serde_json::from_str(&line(&laptop())).expect("JSON");
    insta::assert_snapshot!(serde_json::to_string_pretty(&fields).expect("JSON"));
}

#[test]
fn the_gpu_that_needs_attention_most_is_in_the_bar_and_all_in_the_tooltip() {
    let mut status = laptop();
    let mut hot = status.gpus[0].clone();
    hot.index = 1;
    hot.name = "NVIDIA <A100> & sons".to_owned();
    hot.phase = Phase::Fault;
    hot.message = Message {
        state: State::Fault,
        causes: vec![],
    };
    status.gpus.push(hot);
    present(&mut status);
    assert_eq!(status.gpus[1].badge, Badge::Fault);
    let fields = fields(&status);
    assert_eq!(fields["alt"], "fault");
    let tooltip = fields["tooltip"].as_str().unwrap();
    assert!(tooltip.contains("RTX 3070 Laptop\n"), "{tooltip}");
    assert!(tooltip.contains("&lt;A100&gt; &amp; sons\n"), "{tooltip}");
}

#[test]
fn without_a_gpu_it_states_why() {
    let mut status = laptop();
    status.engine.simulated = false;
    status.gpus.clear();
    present(&mut status);
    let fields = fields(&status);
    assert_eq!(fields["text"], "No GPU");
    assert_eq!(fields["percentage"], Value::Null);
    assert!(!fields["tooltip"].as_str().unwrap().is_empty());
}
