//! Icons and texts in the sizes that Windows' taskbar has room for.

use std::borrow::Cow;

use tauri::image::Image;

/// The text, or as much of it as fits that many UTF-16 units, with an ellipsis for the rest.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.encode_utf16().count() <= most {
        return Cow::Borrowed(text);
    }
    let mut room = most - '…'.len_utf16();
    let fits = |letter: &char| {
        let left = room.checked_sub(letter.len_utf16());
        room = left.unwrap_or(0);
        left.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    let kept = kept.trim_end_matches(|c: char| c.is_whitespace() || c == '·');
    Cow::Owned(format!("{kept}…"))
}

/// A square picture with sides of that many pixels, each the mean of what it covers. One that would
/// not become smaller stays as it is.
pub(crate) fn scaled(picture: Image<'static>, side: u32) -> Image<'static> {
    let before = picture.width();
    if side == 0 || side >= before || picture.height() != before {
        return picture;
    }
    let covered = |at: u32| {
        // In parts of a pixel, of which each new one covers `before` and each old one `side`.
        let (begin, end) = (at * before, (at + 1) * before);
        (begin / side..end.div_ceil(side)).map(move |old| {
            let part = end.min((old + 1) * side) - begin.max(old * side);
            (old, part)
        })
    };
    let pixels = picture.rgba();
    let mut small = Vec::with_capacity((side * side * 4) as usize);
    for y in 0..side {
        for x in 0..side {
            // Colours weigh as much as they are opaque, or the edges would become dark.
            let (mut colours, mut opaque) = ([0_u64; 3], 0_u64);
            for (row, height) in covered(y) {
                for (column, width) in covered(x) {
                    let at = ((row * before + column) * 4) as usize;
                    let weight = u64::from(height * width) * u64::from(pixels[at + 3]);
                    opaque += weight;
                    for (sum, colour) in colours.iter_mut().zip(&pixels[at..at + 3]) {
                        *sum += weight * u64::from(*colour);
                    }
                }
            }
            let mean = |sum: u64, parts: u64| ((sum + parts / 2) / parts.max(1)) as u8;
            small.extend(colours.map(|sum| mean(sum, opaque)));
            small.push(mean(opaque, u64::from(before * before)));
        }
    }
    Image::new_owned(small, side, side)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tray::icon::DRAWN;

    #[test]
    fn a_tooltip_is_cut_between_letters_and_says_so() {
        let long = "GPU 0: RTX 4090 · 2520 MHz · 54 °C\n".repeat(5);
        let cut_off = cut(&long, 127);
        assert_eq!(cut_off.encode_utf16().count(), 127);
        assert!(cut_off.ends_with('…') && long.starts_with(cut_off.trim_end_matches('…')));
        let whole = "x".repeat(127);
        assert_eq!(cut(&whole, 127), whole);
        // A letter of two units is not divided, and no separator is left before the ellipsis.
        assert_eq!(cut("ab😀c", 4), "ab…");
        assert_eq!(cut("ab · cd", 6), "ab…");
    }

    #[test]
    fn an_icon_keeps_its_mean_colour_at_every_scale_of_the_screen() {
        let mean = |picture: &Image<'_>| {
            let pixels = picture.rgba().chunks_exact(4);
            let opaque: f64 = pixels.map(|pixel| f64::from(pixel[3])).sum();
            opaque / f64::from(picture.width() * picture.height())
        };
        for (name, _, png) in DRAWN {
            let drawn = Image::from_bytes(png).expect("a picture");
            let before = mean(&drawn);
            // 100, 125, 150, 200 and 250 %.
            for side in [16, 20, 24, 32, 40] {
                let small = scaled(drawn.clone(), side);
                assert_eq!((small.width(), small.height()), (side, side));
                let after = mean(&small);
                assert!(
                    (before - after).abs() < 0.5,
                    "{name:?} {side}: {before} {after}"
                );
            }
            assert_eq!(scaled(drawn.clone(), 48).rgba(), drawn.rgba());
        }
    }

    #[test]
    fn a_pixel_is_the_mean_of_those_it_covers() {
        let red_and_clear = [
            [200, 0, 0, 255],
            [0, 0, 0, 0],
            [0, 0, 0, 0],
            [200, 0, 0, 255],
        ];
        let picture = Image::new_owned(red_and_clear.concat(), 2, 2);
        assert_eq!(scaled(picture, 1).rgba(), [200, 0, 0, 128]);
    }
}
