use super::*;
use crate::text::tests::laptop;

#[test]
fn every_metric_of_a_laptop() {
    insta::assert_snapshot!(text(&laptop()));
}

#[test]
fn what_is_not_known_is_left_out_with_its_help() {
    let mut status = laptop();
    status.energy.today_wh = None;
    status.gpus[0].power_w = None;
    let text = text(&status);
    assert!(!text.contains("power_watts"), "{text}");
    assert!(!text.contains("\ngpu_keepalive_energy_joules"), "{text}");
}

#[test]
fn label_values_are_escaped() {
    let mut status = laptop();
    status.gpus[0].name = "a \"b\" \\ c\nd".to_owned();
    assert!(text(&status).contains(r#"name="a \"b\" \\ c\nd""#));
}

#[test]
fn each_phase_has_its_name_on_the_wire() {
    for (name, phase) in Phase::ALL {
        assert_eq!(serde_json::json!(phase), name);
    }
}
