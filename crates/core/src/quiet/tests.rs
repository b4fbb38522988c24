use super::*;

#[test]
fn the_variable_is_read_from_one_driver_on() {
    let read = [
        "580.105.08",
        "580.105.8",
        "580.159.04",
        "581.0",
        "590.44.01",
        "600",
    ];
    let not_read = [
        "580.105.07",
        "580.95.05",
        "570.195.03",
        "535.288.01",
        "580",
        "",
        "unknown",
    ];
    assert!(read.into_iter().all(is_read_by));
    assert_eq!(not_read.map(is_read_by), [false; 7]);
}

#[test]
fn an_environment_is_quiet_if_the_variable_has_a_value() {
    let quiet: [&[u8]; 3] = [
        b"CUDA_DISABLE_PERF_BOOST=1\0",
        b"PATH=/bin\0CUDA_DISABLE_PERF_BOOST=1\0HOME=/\0",
        b"CUDA_DISABLE_PERF_BOOST=yes",
    ];
    let loud: [&[u8]; 5] = [
        b"PATH=/bin\0HOME=/\0",
        b"CUDA_DISABLE_PERF_BOOST=0\0",
        b"CUDA_DISABLE_PERF_BOOST=\0",
        b"NOT_CUDA_DISABLE_PERF_BOOST=1\0CUDA_DISABLE_PERF_BOOSTER=1\0",
        b"CUDA_DISABLE_PERF_BOOST=0\0CUDA_DISABLE_PERF_BOOST=1\0",
    ];
    assert_eq!(quiet.map(is_quiet), [Some(true); 3]);
    assert_eq!(loud.map(is_quiet), [Some(false); 5]);
}

#[test]
fn an_environment_that_was_written_over_says_nothing() {
    let over: [&[u8]; 4] = [
        b"",
        b"\0\0\0\0",
        b"VLLM::EngineCore\0\0\0\0\0HOME=/\0",
        b"nginx: worker process\0",
    ];
    assert_eq!(over.map(is_quiet), [None; 4]);
    let found = b"ollama runner\0CUDA_DISABLE_PERF_BOOST=1\0";
    assert_eq!(is_quiet(found), Some(true));
}
