use super::*;

#[test]
fn names_are_the_ones_that_parse() {
    let error = serde_json::from_str::<Request>(r#"{"request":"dance"}"#).unwrap_err();
    let names = Request::NAMES.map(|name| format!("`{name}`")).join(", ");
    let expected = format!("unknown variant `dance`, expected one of {names} at line 1");
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn numbers_out_of_range_are_refused() {
    let week = MAX_TIMER.as_secs_f64();
    for for_s in [0.0, -1.0, f64::NAN, f64::INFINITY, week + 1.0] {
        for request in [
            Request::Pause { for_s: Some(for_s) },
            Request::Warm { for_s: Some(for_s) },
        ] {
            let error = request.check().expect_err("out of range");
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{request:?}");
            assert!(error.message.contains("604800"), "{}", error.message);
        }
    }
    for days in [0, 91, u32::MAX] {
        let error = Request::Energy { days }.check().expect_err("out of range");
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{days}");
    }
    for request in [
        Request::Pause { for_s: None },
        Request::Pause { for_s: Some(0.5) },
        Request::Warm { for_s: Some(week) },
        Request::Energy { days: 90 },
    ] {
        assert_eq!(request.check(), Ok(()), "{request:?}");
    }
}

#[test]
fn lines_are_as_specified() {
    let cases = [
        (
            serde_json::to_string(&Request::Pause { for_s: Some(900.0) }),
            r#"{"request":"pause","for_s":900.0}"#,
        ),
        (
            serde_json::to_string(&Request::Warm { for_s: None }),
            r#"{"request":"warm"}"#,
        ),
        (
            serde_json::to_string(&ServerLine::Ok(Reply::Done)),
            r#"{"ok":"done"}"#,
        ),
        (
            serde_json::to_string(&ServerLine::Error(ApiError::new(
                ErrorCode::UnknownRequest,
                "no",
            ))),
            r#"{"error":{"code":"unknown_request","message":"no"}}"#,
        ),
        (
            serde_json::to_string(&ServerLine::Event(Event::ShowWindow)),
            r#"{"event":"show_window"}"#,
        ),
    ];
    for (written, line) in cases {
        assert_eq!(written.unwrap(), line);
    }
}

#[test]
fn clients_from_before_the_use_are_answered_for_chat() {
    let line = r#"{"request":"recommend","vram_gib":8.0,"context_tokens":8192,"kv_cache":"f16"}"#;
    let request: Request = serde_json::from_str(line).expect("an older client");
    let Request::Recommend { purpose, .. } = &request else {
        panic!("another request: {request:?}");
    };
    assert_eq!(*purpose, crate::models::Use::Chat);
    let code = line.replace("\"vram", "\"use\":\"code\",\"vram");
    let request: Request = serde_json::from_str(&code).expect("a client of today");
    assert!(matches!(
        request,
        Request::Recommend {
            purpose: crate::models::Use::Code,
            ..
        }
    ));
}
