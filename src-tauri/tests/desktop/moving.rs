//! The README's moving picture: the icon and its menu while a model is asked something.

use std::{fs::File, io::BufWriter, path::Path, time::Duration};

use gpu_keepalive_core::protocol::Phase;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    app::App,
    pictures::{INTO_ICON, below_panel, session},
    real_desktop::{PANEL, RealDesktop},
    screen::{Picture, Screen},
    soon,
    tray::GREEN,
};

/// Between two looks at the screen.
const TICK: Duration = Duration::from_millis(100);
/// From one rest to the next.
const TICKS: u32 = 140;
const MOST_BYTES: u64 = 1_000_000;

#[tokio::test]
#[ignore = "makes the README's pictures: cargo xtask screenshots"]
async fn picture_the_icon_and_its_menu_moving() {
    let session = session(true);
    let _desktop = RealDesktop::start(&session, true).await;
    let screen = Screen::of(&session);
    let app = App::start(&session, "asked", &["--hidden"]);
    for phase in [Phase::Standby, Phase::Warm] {
        app.wait_for_status("a request", |status| status.gpus[0].phase == phase)
            .await;
    }
    let (x, y) = soon("a green icon", async || screen.find(GREEN, PANEL)).await;
    let before = screen.shown();
    screen.open_menu(x + INTO_ICON, y + INTO_ICON);
    let area = below_panel(screen.wait_for_new(&before).await);
    // The pointer away from the entries, so that none is marked.
    screen.point(2, PANEL.height as i16 * 12);
    app.wait_for_status("a rest", |status| status.gpus[0].phase == Phase::Standby)
        .await;
    let mut frames: Vec<(Picture, u16)> = Vec::new();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for _ in 0..TICKS {
        ticks.tick().await;
        let picture = screen.picture_of(area).expect("a screen");
        match frames.last_mut() {
            Some((last, shown)) if *last == picture => *shown += 1,
            _ => frames.push((picture, 1)),
        }
    }
    assert!(frames.len() > 3, "nothing moved");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures/request.png");
    write(&frames, &file);
    let bytes = file.metadata().expect("a file").len();
    assert!(bytes < MOST_BYTES, "{bytes} bytes");
}

/// Writes an animated PNG that plays for ever. Each frame after the first has only the part that
/// changed.
fn write(frames: &[(Picture, u16)], path: &Path) {
    let (first, _) = &frames[0];
    let file = BufWriter::new(File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, first.width, first.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    encoder.set_animated(frames.len() as u32, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    let mut before: Option<&Picture> = None;
    for (picture, ticks) in frames {
        let (x, y, width, height) = before.map_or((0, 0, first.width, first.height), |before| {
            picture.changed_since(before)
        });
        writer
            .set_frame_delay(*ticks * TICK.as_millis() as u16 / 10, 100)
            .unwrap();
        if before.is_some() {
            // The dimension first must fit the old position.
            writer.reset_frame_position().unwrap();
            writer.set_frame_dimension(width, height).unwrap();
            writer.set_frame_position(x, y).unwrap();
        }
        writer
            .write_image_data(&picture.rgb(x, y, width, height))
            .unwrap();
        before = Some(picture);
    }
    writer.finish().unwrap();
}
