//! A file that changes while its settings are in force.

use insta::assert_snapshot;

use super::problems;
use crate::settings::{Mode, SettingsFile};

const BROKEN: &str = "mode = \"alw";

#[test]
fn a_file_that_breaks_leaves_its_settings_in_force_until_it_is_mended() {
    let good = SettingsFile::parse("mode = 'always'\n[thermal]\nmax_temperature = 70\n");
    let broken = good.replaced_by(SettingsFile::parse(BROKEN));
    assert!(!broken.is_usable());
    assert_eq!(broken.settings(), good.settings());
    assert_snapshot!(problems(&broken), @"1 error: The file is not written as it has to be: invalid basic string, expected `\"`. The settings of before stay in force, and the file is not changed until it is corrected.");
    assert!(broken.clone().set("mode", None).is_err());

    let folder = broken.replaced_by(SettingsFile::unreadable("/etc/x.toml", "a folder"));
    assert_eq!(folder.settings(), good.settings());
    assert_snapshot!(problems(&folder), @"- error: /etc/x.toml is a folder. The settings of before stay in force, and the file is not changed until it is corrected.");

    let mended = folder.replaced_by(SettingsFile::parse("mode = 'while_loaded'\n"));
    assert!(mended.is_usable());
    assert_eq!(mended.settings().mode, Mode::WhileLoaded);
    assert_eq!(mended.problems(), []);
}

#[test]
fn a_file_that_was_never_usable_leaves_the_defaults() {
    let broken = SettingsFile::parse(BROKEN);
    let other = broken.replaced_by(SettingsFile::from_bytes(b"\xff"));
    assert!(other.problems()[0].message.contains("has its default"));
    let mended = other.replaced_by(SettingsFile::parse("mode = 'always'"));
    assert_eq!(mended.settings().mode, Mode::Always);
    let broken = mended.replaced_by(SettingsFile::parse(BROKEN));
    assert_eq!(broken.settings().mode, Mode::Always);
}

#[test]
fn a_file_that_is_gone_has_the_defaults() {
    let good = SettingsFile::parse("mode = 'always'");
    let gone = good.replaced_by(SettingsFile::default());
    assert_eq!(gone.settings().mode, Mode::default());
}
