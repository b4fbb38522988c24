//! Damaged requests: each line is a request or gets an error with its code.

use fuzzing::{assert_shows, config, damaged};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use tokio_util::bytes::Bytes;

use super::*;

/// The lines of the socket's tests, and every request with every argument.
fn corpus() -> Vec<String> {
    let given = [
        r#"{"request":"pause","for_s":900.5}"#,
        r#"{"request":"warm","for_s":1}"#,
        r#"{"request":"mode","mode":"while_loaded"}"#,
        r#"{"request":"begin_lease","wait":true}"#,
        r#"{"request":"serve","pid":4242}"#,
        r#"{"request":"set","key":"thermal.max_temperature","value":75}"#,
        r#"{"request":"set","key":"ai_programs","value":["vllm",{"a":[1]}]}"#,
        r#"{"request":"recommend","gpu":0,"vram_gib":24.5,"context_tokens":8192,"kv_cache":"q8_0","use":"code","format":"Q4_K_M"}"#,
        r#"{"request":"energy","days":30}"#,
        r#"{"request":"bench","gpu":0,"quick":true,"rounds":3}"#,
    ];
    let bare = Request::NAMES.map(|name| format!(r#"{{"request":"{name}"}}"#));
    given.map(str::to_owned).into_iter().chain(bare).collect()
}

/// As it comes out of [`Lines`].
fn line(bytes: Vec<u8>) -> Line {
    match bytes.len() {
        0..MAX_LINE_BYTES => Line::Whole(Bytes::from(bytes)),
        _ => Line::TooLong,
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn a_line_is_a_request_or_gets_an_error_with_its_code(bytes in damaged(corpus())) {
        let is_json = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
        let line = line(bytes.0);
        match parse(&line) {
            Ok(request) => {
                let again = serde_json::to_vec(&request).expect("JSON");
                let back = parse(&Line::Whole(Bytes::from(again))).expect("the same");
                prop_assert_eq!(back, request.clone());
                if let Err(error) = request.check() {
                    assert_shows(&error.message);
                    prop_assert_eq!(error.code, ErrorCode::InvalidArgument);
                }
            }
            Err(error) => {
                assert_shows(&error.message);
                let right = match error.code {
                    ErrorCode::LineTooLong => line == Line::TooLong,
                    ErrorCode::InvalidJson => !is_json,
                    ErrorCode::UnknownRequest | ErrorCode::InvalidArgument => is_json,
                    _ => false,
                };
                prop_assert!(right, "{error:?}");
            }
        }
    }
}
