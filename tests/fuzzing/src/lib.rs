//! Valid documents, damaged: for the property tests of everything that is read.
//!
//! A target gives the documents that its tests know to be right. [`damaged`] changes their lines,
//! words and bytes, so that most of a document stays right and the rest is what a wrong hand, a full
//! disk or another program leaves.

use std::{
    env, fmt,
    ops::{Deref, Range},
};

use proptest::{
    collection::vec,
    prelude::{ProptestConfig, Strategy, any, prop_oneof},
    sample::{Index, select},
};

/// A configuration with as many cases as `PROPTEST_CASES` says, or else `few`.
pub fn config(few: u32) -> ProptestConfig {
    let wanted = env::var("PROPTEST_CASES").ok();
    let wanted = wanted.map(|cases| cases.parse().expect("PROPTEST_CASES is a number"));
    ProptestConfig {
        cases: wanted.unwrap_or(few),
        ..ProptestConfig::default()
    }
}

/// The same for a case that takes a hundred times as long: a hundredth of `PROPTEST_CASES`, or `few`.
pub fn slow(few: u32) -> ProptestConfig {
    let all = config(0).cases;
    let cases = if all == 0 { few } else { all.div_ceil(100) };
    ProptestConfig {
        cases,
        ..config(few)
    }
}

/// Fails unless it is something to show: not blank, of one line, and not for pages.
pub fn assert_shows(message: &str) {
    assert!(!message.trim().is_empty(), "an empty message");
    assert!(
        !message.contains(char::is_control),
        "a control character: {message:?}"
    );
    let length = message.chars().count();
    assert!(length <= LONGEST_MESSAGE, "{length} characters: {message}");
}

/// Characters; the longest of ours names every key of a table.
const LONGEST_MESSAGE: usize = 2000;

/// A document that something happened to. It derefs to its bytes.
#[derive(Clone)]
pub struct Damaged(pub Vec<u8>);

impl Deref for Damaged {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// As a byte string of Rust, to be copied into a test.
impl fmt::Debug for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// Documents like those, each with up to six kinds of damage.
pub fn damaged(
    corpus: impl IntoIterator<Item = impl Into<Vec<u8>>>,
) -> impl Strategy<Value = Damaged> {
    let corpus: Vec<Vec<u8>> = corpus.into_iter().map(Into::into).collect();
    let of_another = select(corpus.clone());
    (select(corpus), of_another, vec(damage(), 0..7)).prop_map(|(mut document, other, all)| {
        for damage in &all {
            document = damage.done_to(&document, &other);
        }
        Damaged(document)
    })
}

/// One kind of damage, at a place or two.
#[derive(Clone, Debug)]
enum Damage {
    DeleteLine(Index),
    RepeatLine(Index, usize),
    SwapLines(Index, Index),
    /// A line of another document.
    ForeignLine(Index, Index),
    ReplaceWord(Index, &'static [u8]),
    /// One word in the place of another.
    CopyWord(Index, Index),
    LongerWord(Index, u8),
    ReplaceNumber(Index, &'static str),
    Truncate(Index),
    DeleteBytes(Index, usize),
    ReplaceByte(Index, u8),
    Insert(Index, &'static [u8]),
    Nest(Index, &'static str, usize),
    Huge(Index, &'static str, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<Index>;
    prop_oneof![
        2 => place().prop_map(Damage::DeleteLine),
        2 => (place(), 1..4usize).prop_map(|(at, times)| Damage::RepeatLine(at, times)),
        2 => (place(), place()).prop_map(|(a, b)| Damage::SwapLines(a, b)),
        2 => (place(), place()).prop_map(|(at, from)| Damage::ForeignLine(at, from)),
        3 => (place(), select(TEXTS)).prop_map(|(at, text)| Damage::ReplaceWord(at, text)),
        4 => (place(), place()).prop_map(|(at, from)| Damage::CopyWord(at, from)),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Damage::LongerWord(at, byte)),
        8 => (place(), select(NUMBERS)).prop_map(|(at, number)| Damage::ReplaceNumber(at, number)),
        1 => place().prop_map(Damage::Truncate),
        1 => (place(), 1..40usize).prop_map(|(at, length)| Damage::DeleteBytes(at, length)),
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Damage::ReplaceByte(at, byte)),
        3 => (place(), select(TEXTS)).prop_map(|(at, text)| Damage::Insert(at, text)),
        1 => (place(), select(OPENINGS), 1..300usize)
            .prop_map(|(at, opening, depth)| Damage::Nest(at, opening, depth)),
        1 => (place(), select(&["x", "é", "9", "a.", " ", "\n"]), select(LENGTHS))
            .prop_map(|(at, text, length)| Damage::Huge(at, text, length)),
    ]
}

/// Numbers at the ends of their kinds, and what is written in the place of one.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "0.0",
    "-0.0",
    "1",
    "0.5",
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e400",
    "5e-324",
    "1e15",
    "1e18",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999999999999999999999999999999",
    "0x7fffffffffffffff",
    "1_000",
    "01",
    "1.",
    ".5",
    "true",
    "null",
    "\"\"",
    "\"1\"",
    "[]",
    "{}",
    "[1,2]",
];

/// Text that some program takes for more than text, and bytes that are none.
const TEXTS: &[&[u8]] = &[
    b"",
    b" ",
    b"\0",
    b"\x1b[2J",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"\x7f",
    "\u{85}".as_bytes(),
    "\u{9b}31m".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{feff}".as_bytes(),
    "é".as_bytes(),
    "🦀".as_bytes(),
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\\u0000",
    b"\\u001b[31m",
    b"\\u009b",
    b"\\ud800",
    b"\\n",
    b"\\",
    b"\"",
    b"'",
    b"\"\"\"",
    b"#",
    b",",
    b":",
    b"=",
    b".",
    b"[",
    b"]",
    b"[[",
    b"{",
    b"}",
    b"version",
    b"a.b.c",
    b"..",
    b"-",
    b"%s%n",
    b"null",
    b"true",
    b"\"\\u001b\" = 1\n",
    b"\"a\\nb\" = 1\n",
    b"\"\\u0007\":1,",
];

const OPENINGS: &[&str] = &["[", "{\"a\":", "{", "[[", "a.", "{a=", "("];

/// Around every limit of ours: 16, 64 and 256 KiB.
const LENGTHS: &[usize] = &[100, 1000, 1000, 1000, 17_000, 70_000, 270_000];

impl Damage {
    fn done_to<'a>(&self, document: &'a [u8], other: &'a [u8]) -> Vec<u8> {
        let mut new = document.to_vec();
        match self {
            Self::DeleteLine(at) => edit_lines(document, |lines| {
                if !lines.is_empty() {
                    lines.remove(at.index(lines.len()));
                }
            }),
            Self::RepeatLine(at, times) => edit_lines(document, |lines| {
                if !lines.is_empty() {
                    let at = at.index(lines.len());
                    let line = lines[at];
                    lines.splice(at..at, vec![line; *times]);
                }
            }),
            Self::SwapLines(a, b) => edit_lines(document, |lines| {
                if !lines.is_empty() {
                    let length = lines.len();
                    lines.swap(a.index(length), b.index(length));
                }
            }),
            Self::ForeignLine(at, from) => {
                let foreign = lines(other);
                edit_lines(document, |lines| {
                    if !foreign.is_empty() {
                        lines.insert(
                            at.index(lines.len() + 1),
                            foreign[from.index(foreign.len())],
                        );
                    }
                })
            }
            Self::ReplaceWord(at, text) => replace_one(document, &words(document), at, text),
            Self::CopyWord(at, from) => {
                let words = words(document);
                if words.is_empty() {
                    return new;
                }
                let word = document[words[from.index(words.len())].clone()].to_vec();
                replace_one(document, &words, at, &word)
            }
            Self::LongerWord(at, byte) => {
                let words = words(document);
                if !words.is_empty() {
                    new.insert(words[at.index(words.len())].end, byte % 26 + b'a');
                }
                new
            }
            Self::ReplaceNumber(at, number) => {
                let begins = |word: &Range<usize>| {
                    document[word.start].is_ascii_digit() || document[word.start] == b'-'
                };
                let numbers: Vec<_> = words(document).into_iter().filter(begins).collect();
                replace_one(document, &numbers, at, number.as_bytes())
            }
            Self::Truncate(at) => {
                new.truncate(at.index(new.len() + 1));
                new
            }
            Self::DeleteBytes(at, length) => {
                let start = at.index(new.len() + 1);
                new.drain(start..(start + length).min(new.len()));
                new
            }
            Self::ReplaceByte(at, byte) => {
                if !new.is_empty() {
                    let at = at.index(new.len());
                    new[at] = *byte;
                }
                new
            }
            Self::Insert(at, text) => insert(new, at, text),
            Self::Nest(at, opening, depth) => insert(new, at, opening.repeat(*depth).as_bytes()),
            Self::Huge(at, text, length) => {
                let words = words(document);
                let place = match words.is_empty() {
                    true => 0,
                    false => words[at.index(words.len())].end,
                };
                new.splice(place..place, text.repeat(length / text.len()).into_bytes());
                new
            }
        }
    }
}

/// Lines with their ends; a document of one line is cut at its commas instead.
fn lines(document: &[u8]) -> Vec<&[u8]> {
    let end = match document.iter().filter(|byte| **byte == b'\n').count() {
        0 | 1 => b',',
        _ => b'\n',
    };
    document.split_inclusive(|byte| *byte == end).collect()
}

fn edit_lines<'a>(document: &'a [u8], edit: impl FnOnce(&mut Vec<&'a [u8]>)) -> Vec<u8> {
    let mut lines = lines(document);
    edit(&mut lines);
    lines.concat()
}

/// Where names and numbers are.
fn words(document: &[u8]) -> Vec<Range<usize>> {
    let of_a_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-+.".contains(&byte);
    let mut words = Vec::new();
    let mut start = None;
    for (at, byte) in document.iter().enumerate() {
        match (of_a_word(*byte), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| from..document.len()));
    words
}

fn replace_one(document: &[u8], places: &[Range<usize>], at: &Index, text: &[u8]) -> Vec<u8> {
    let mut new = document.to_vec();
    if !places.is_empty() {
        new.splice(places[at.index(places.len())].clone(), text.iter().copied());
    }
    new
}

fn insert(mut document: Vec<u8>, at: &Index, text: &[u8]) -> Vec<u8> {
    let at = at.index(document.len() + 1);
    document.splice(at..at, text.iter().copied());
    document
}
