//! Draws every tray icon there is, from the SVG of its state and the digits.

use std::{fmt::Write, fs, path::Path};

use resvg::{tiny_skia, usvg};

/// Hosts take one size and scale it: 48 is twice 24 and three times 16, the common ones, and
/// enough for panels at 200 %.
const PIXELS: u32 = 48;
/// Each state with the P-states it is drawn with; all are drawn without a digit as well.
const STATES: [(&str, &[u8]); 9] = [
    ("full", &[0, 1, 2]),
    ("standby", &[]),
    ("middling", &[0, 1, 2, 3, 4, 5, 6, 7]),
    (
        "low",
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ),
    ("asleep", &[]),
    ("paused", &[]),
    ("hot", &[]),
    ("fault", &[]),
    (
        "off",
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    ),
];

/// Writes a PNG per icon and `tray_icons.rs`, the table of them: badge, P-state and PNG.
pub(crate) fn draw(sources: &Path, out: &Path) {
    println!("cargo:rerun-if-changed={}", sources.display());
    println!("cargo:rerun-if-changed=build/tray_icons.rs");
    let read = |name: &str| {
        let path = sources.join(name).with_extension("svg");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let digits = read("digits");
    let mut table = String::from("&[\n");
    for (state, pstates) in STATES {
        let template = read(state);
        let drawn = std::iter::once(None).chain(pstates.iter().copied().map(Some));
        for pstate in drawn {
            let name = match pstate {
                Some(pstate) => format!("{state}-{pstate}.png"),
                None => format!("{state}.png"),
            };
            let svg = with_number(&template, &digits, pstate);
            fs::write(out.join(&name), png(&svg)).expect("OUT_DIR can be written");
            let badge = state[..1].to_uppercase() + &state[1..];
            writeln!(
                table,
                "(Badge::{badge}, {pstate:?}, include_bytes!(\"{name}\")),"
            )
            .expect("a string can be written");
        }
    }
    table.push(']');
    fs::write(out.join("tray_icons.rs"), table).expect("OUT_DIR can be written");
}

/// The template with the number in its group `digit`.
fn with_number(template: &str, digits: &str, number: Option<u8>) -> String {
    const GROUP: &str = "<g id=\"digit\" ";
    let Some(number) = number else {
        return template.to_owned();
    };
    assert!(
        template.contains(GROUP),
        "there is no place for a digit in {template}"
    );
    // Two digits are narrower and thinner, so that both stay open.
    let text = number.to_string();
    let (scale, pitch, stroke) = match text.len() {
        1 => (1.25, 0.0, 4.2),
        _ => (0.95, 15.5, 4.4),
    };
    let width = pitch * (text.len() - 1) as f64 + 12.0;
    let uses: String = text
        .chars()
        .enumerate()
        .map(|(at, digit)| {
            format!(
                "<g transform=\"translate({} 0)\">{}</g>",
                at as f64 * pitch,
                path(digits, digit)
            )
        })
        .collect();
    let number = format!(
        "<g transform=\"translate(24 24) scale({scale}) translate({} -10)\" fill=\"none\" \
         stroke-width=\"{stroke}\" stroke-linecap=\"round\" stroke-linejoin=\"round\">{uses}</g></g>",
        -width / 2.0
    );
    let begin = template.find(GROUP).expect("checked above");
    let end = begin + template[begin..].find("/>").expect("the group is empty");
    format!("{}>{number}{}", &template[..end], &template[end + 2..])
}

/// The element of one digit.
fn path(digits: &str, digit: char) -> &str {
    let id = format!("id=\"d{digit}\"");
    digits
        .lines()
        .find(|line| line.contains(&id))
        .unwrap_or_else(|| panic!("digits.svg has no {id}"))
        .trim()
}

fn png(svg: &str) -> Vec<u8> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default())
        .unwrap_or_else(|error| panic!("{error} in {svg}"));
    let mut pixels = tiny_skia::Pixmap::new(PIXELS, PIXELS).expect("a size above zero");
    let scale = PIXELS as f32 / tree.size().width();
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().expect("pixels become a PNG")
}
