use super::*;

#[test]
fn there_is_enough_to_compare_with() {
    assert!(sizes().len() >= 60 && loads().len() >= 30 && speeds().len() >= 15);
    let rows = [sizes(), loads(), speeds()].concat();
    assert!(
        rows.iter().all(|row| row.source.len() > 10),
        "every row has a source"
    );
}

#[test]
fn files_are_within_three_percent() {
    let outside: Vec<_> = sizes().into_iter().filter(|row| !row.within()).collect();
    assert_eq!(outside, []);
}

#[test]
fn dense_qwen3_files_of_ollama_are_larger_than_others() {
    let qwen = model("Qwen3 8B");
    let size = |files| qwen.weights_of(Format::Q4KM, files).text_file() / 1e9;
    assert!((size(qwen.ollama_files) - 5.225).abs() < 0.01);
    assert!((size(OllamaFiles::default()) - 5.03).abs() < 0.02);
}

/// Another program that calculates tensor by tensor, with and without flash attention.
#[test]
fn what_gguf_parser_calculates_is_ours_within_a_percent() {
    let others: Vec<_> = loads().into_iter().filter(|row| !row.measured).collect();
    assert!(others.len() >= 5);
    for row in others {
        assert!(row.off().abs() < 0.01, "{row:?}");
    }
}

/// Off to either side by as much, and within the bar more often than the check demands.
#[test]
fn measured_loads_are_where_they_are_calculated() {
    let measured: Vec<_> = loads().into_iter().filter(|row| row.measured).collect();
    assert!(measured.len() >= 50);
    let within = measured.iter().filter(|row| row.within()).count();
    assert!(
        within * 100 >= measured.len() * 75,
        "{within} of {}",
        measured.len()
    );
    let mut off: Vec<f64> = measured.iter().map(Compared::off).collect();
    off.sort_by(f64::total_cmp);
    let median = off[off.len() / 2];
    assert!(median.abs() < 0.02, "{median}");
}

#[test]
fn most_speeds_are_in_the_range() {
    let speeds = speeds();
    let within = speeds.iter().filter(|row| row.within()).count();
    assert!(
        within * 100 >= speeds.len() * 85,
        "{within} of {}",
        speeds.len()
    );
}
