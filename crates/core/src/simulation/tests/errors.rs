//! Every error of a scenario file names the line, the key and what would be right.

use super::*;

/// The mistake in a file that begins with a sound GPU on its first two lines.
fn error(rest: &str) -> String {
    let text = format!("[[gpus]]\nlike = \"rtx-4090\"\n{rest}");
    match Scenario::parse("mine.toml", &text) {
        Ok(_) => format!("accepted: {rest}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_error_states_its_place_and_what_would_be_right() {
    let errors: Vec<_> = [
        "hold_s = -3",
        "hold_s = nan",
        "hold_s = \"long\"",
        "holds = 3",
        "boost_pstate = 16",
        "vram_mib = 1.5",
        "runtime_d3 = 1",
        "power_mizer = \"maybe\"",
        "compute_capability = \"nine\"",
        "pci_bus_id = \"slot 1\"",
        "name = \"\"",
        "unsupported = [\"power\", \"smell\"]",
        "rest_w = 1000",
        "hold_jitter_percent = 101",
        "[[gpus]]\nlike = \"no-driver\"",
        "[[gpus]]\nname = \"mine\"",
        "[[events]]\nat_s = 3",
        "[[events]]\nkind = \"flood\"",
        "[[events]]\nkind = \"battery\"\nambient_c = 30",
        "[[events]]\nkind = \"battery\"\nfor_s = 3\nuntil_s = 4",
        "[[events]]\nkind = \"battery\"\nat_s = 5\nuntil_s = 4",
        "[[events]]\nkind = \"battery\"\nfor_s = 5\nrepeat_every_s = 5",
        "[[events]]\nkind = \"battery\"\nrepeat_every_s = 5",
        "[[events]]\nkind = \"hang\"\ngpu = 1",
        "[[events]]\nkind = \"fault\"",
        "[[events]]\nkind = \"fault\"\nerror = \"boom\"",
        "[[events]]\nkind = \"program\"",
        "[[events]]\nkind = \"program\"\nprogram = \"x\"\nutilization_percent = 101",
        "boost = true",
        "boost_seen_after_ms = [110, 20]",
        "boost_seen_after_ms = \"soon\"",
        "[[events]]\nkind = \"program\"\nprogram = \"x\"\npoll_every_s = 0.0001",
        "[[events]]\nkind = \"request\"\npid = 3",
        "[[events]]\nkind = \"request\"\nfor_s = 3",
        "[[events]]\nkind = \"request\"\npid = 3\nfor_s = 3\nlead_ms = 3000",
        "[[events]]\nkind = \"request\"\npid = 3\nfor_s = 0",
        "[[events]]\nkind = \"request\"\npid = 3\nat_s = 2\nuntil_s = 2",
        "[[events]]\nkind = \"heat\"",
        "[[events]]\nkind = \"reports\"",
        "[[events]]\nkind = \"reports\"\nreading = \"smell\"",
        "[[events]]\nkind = \"reports\"\nreading = \"power\"",
        "[[events]]\nkind = \"reports\"\nreading = \"power\"\nvalue = -2",
        "[[events]]\nkind = \"reports\"\nreading = \"name\"\nvalue = 3",
        "[events]\nkind = \"hang\"",
        "[scene]",
        "hold_s = ",
        "extra_reasons = -1",
        "boost_falls_after_s = [1, 2, 3]",
        "unsupported = \"power\"",
        "[[gpus]]\nlike = 3",
        "[[events]]\nkind = 3",
        "[[events]]\nkind = \"hang\"\ngpu = \"first\"",
        "[[events]]\nkind = \"program\"\nprogram = \" \"",
        "[[events]]\nkind = \"program\"\nprogram = \"x\"\nholds_clocks = \"no\"",
        "[[events]]\nkind = \"program\"\nprogram = \"x\"\nstarted = 1.5",
        "[[events]]\nkind = \"program\"\nprogram = \"x\"\npoll_every_s = \"often\"",
    ]
    .map(error)
    .into();
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn an_empty_file_is_a_machine_without_a_gpu() {
    let error = machine("").discover(Moment::ORIGIN).unwrap_err();
    assert_eq!(error.kind, GpuErrorKind::NoGpu);
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    for (text, line) in [("\u{0}\u{1}", 1), ("seed = 1\nseed = 2", 2), ("[[gpus", 1)] {
        let error = Scenario::parse("mine.toml", text).unwrap_err();
        assert_eq!(
            (error.line, error.key.as_str()),
            (Some(line), ""),
            "{text:?}"
        );
    }
}

#[test]
fn the_parts_of_an_error_can_be_read() {
    let text = "[[gpus]]\nlike = \"h200\"\n\nload_w = \"much\"";
    let error = Scenario::parse("mine.toml", text).unwrap_err();
    assert_eq!(error.file, "mine.toml");
    assert_eq!(error.line, Some(4));
    assert_eq!(error.key, "gpus.load_w");
}

#[test]
fn a_value_of_several_lines_is_quoted_on_one() {
    let error = error("name = \"\"\"\n \n\"\"\"\n\"\\u001b\" = 1");
    assert!(!error.contains(char::is_control), "{error:?}");
    let error = super::Scenario::parse("mine.toml", "[a.b.c]\nx = 1").unwrap_err();
    assert_eq!((error.line, &*error.key), (Some(1), "a"));
}
