//! Starts that fail, and the error that is printed then.

use insta::assert_snapshot;

use super::engine::on_fakes;
use crate::{
    ffi::driver::FakeDriver,
    user::{User, ended},
};

#[tokio::test]
async fn without_a_usable_driver_the_exit_code_is_4_with_what_to_do() {
    type Break<'a> = &'a dyn Fn(&FakeDriver);
    let broken: [(&str, Break<'_>); 6] = [
        ("no library at all", &|driver| {
            driver.without_library("libnvidia-ml.so.1");
            driver.without_library("libcuda.so.1");
        }),
        ("libcuda alone", &|driver| {
            driver.without_library("libnvidia-ml.so.1")
        }),
        ("updated under our feet", &|driver| {
            driver.fail("nvmlInit_v2", 18)
        }),
        ("not loaded", &|driver| driver.fail("nvmlInit_v2", 9)),
        ("too old", &|driver| {
            driver.without_function("libnvidia-ml.so.1", "nvmlDeviceGetCount_v2");
        }),
        ("no GPU", &|driver| driver.change("gpus=0")),
    ];
    let mut text = String::new();
    for (what, break_it) in broken {
        let (user, driver) = (User::new(), FakeDriver::new());
        break_it(&driver);
        for line in ["run", "gpus"] {
            let refused = ended(on_fakes(&user, &driver, &[line])).await;
            assert_eq!(
                (refused.code, refused.out.as_str()),
                (Some(4), ""),
                "{what}: {refused:?}"
            );
            let folder = driver.path().to_string_lossy();
            text += &format!("-- {what}: {line}\n{}", refused.err.replace(&*folder, "…"));
        }
        assert!(!user.socket().exists(), "{what}");
        driver.until_no_process_lives().await;
    }
    assert_snapshot!(text);
}

#[tokio::test]
async fn a_machine_that_cannot_be_simulated_is_wrong_usage() {
    let user = User::new();
    let file = user.home().join("mine.toml");
    std::fs::write(&file, "[[gpus]]\nlike = \"rtx-4090\"\nhold_s = \"long\"\n").unwrap();
    let path = file.to_string_lossy();
    for (machine, parts) in [
        ("rtx-9090", &["rtx-9090", "rtx-3070-laptop", ".toml"][..]),
        (&path, &["mine.toml", "line 3", "hold_s"]),
    ] {
        let refused = user.run(&["run", "--simulate", machine]).await;
        assert_eq!(
            (refused.code, refused.out.as_str()),
            (Some(2), ""),
            "{refused:?}"
        );
        for part in parts {
            assert!(refused.err.contains(part), "{part}: {}", refused.err);
        }
        assert!(!user.socket().exists());
    }
    let absent = user.run(&["run", "--simulate", "no-driver"]).await;
    assert_eq!(
        (absent.code, absent.out.as_str()),
        (Some(4), ""),
        "{absent:?}"
    );
}
