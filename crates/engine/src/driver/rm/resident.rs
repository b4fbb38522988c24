//! Keeping little resident.
//!
//! Most of what a program has resident shortly after its start is code and constants that the start
//! needed, and what the kernel mapped around them: of 5.7 MiB of the `hold` process 5.3; without them
//! it has 1.3. They are in the page cache, where the engine, which is the same program, shares them.

#![allow(clippy::disallowed_methods, reason = "in the hold process, from /proc")]
#![allow(unsafe_code, reason = "advice on memory is given by address")]

use std::{fs::File, io, io::BufRead, io::BufReader};

use rustix::mm::{Advice, madvise};

/// Has the kernel unmap code and constants. What is used again is mapped again when it is, from the
/// page cache and within microseconds.
pub(in crate::driver) fn unmap_what_the_start_needed() -> io::Result<()> {
    let mut clean = Vec::new();
    let mut mapping = None;
    for line in BufReader::new(File::open("/proc/self/smaps")?).lines() {
        let line = line?;
        match line.split_once(':') {
            // Pages that differ from the file, as those that were relocated or a debugger changed.
            Some(("Anonymous", size)) if size.trim() == "0 kB" => clean.extend(mapping.take()),
            Some((field, _)) if !field.contains(' ') => {}
            _ => mapping = unwritable_file(&line),
        }
    }
    for (begin, end) in clean {
        let begin = std::ptr::with_exposed_provenance_mut(begin);
        // SAFETY: the pages of this mapping cannot be written and are as in the file, from which
        // the kernel reads them again on the next use: no content changes.
        unsafe { madvise(begin, end - begin.addr(), Advice::LinuxDontNeed) }?;
    }
    Ok(())
}

/// The range of a line such as `5581-5682 r-xp 0000 fd:00 1234  /usr/bin/program`.
fn unwritable_file(line: &str) -> Option<(usize, usize)> {
    let mut words = line.split_whitespace();
    let (begin, end) = words.next()?.split_once('-')?;
    let unwritable = words.next()?.starts_with("r-");
    let is_file = words.nth(3)?.starts_with('/');
    let address = |text| usize::from_str_radix(text, 16).ok();
    (unwritable && is_file).then_some((address(begin)?, address(end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_that_cannot_be_written_are_unmapped() {
        for (line, range) in [
            (
                "5581-5682 r-xp 00000000 fd:00 1234 /usr/bin/program",
                Some((0x5581, 0x5682)),
            ),
            (
                "5581-5682 r--p 00000000 fd:00 1234 /usr/bin/program",
                Some((0x5581, 0x5682)),
            ),
            ("5581-5682 rw-p 00000000 fd:00 1234 /usr/bin/program", None),
            ("5581-5682 r-xp 00000000 00:00 0 [vdso]", None),
            ("5581-5682 r--p 00000000 00:00 0", None),
            ("Rss:   12 kB", None),
        ] {
            assert_eq!(unwritable_file(line), range, "{line}");
        }
    }

    /// In this very process, whose other tests run meanwhile.
    #[test]
    fn less_of_the_program_is_resident_afterwards() {
        let resident_kb = || {
            let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
            let line = status.lines().find_map(|l| l.strip_prefix("RssFile:"));
            let kb = line.and_then(|line| line.trim().strip_suffix(" kB"));
            kb.and_then(|kb| kb.parse::<u64>().ok()).expect("a size")
        };
        let before = resident_kb();
        unmap_what_the_start_needed().expect("advice is taken");
        let after = resident_kb();
        assert!(after < before, "{before} kB, then {after} kB");
    }
}
