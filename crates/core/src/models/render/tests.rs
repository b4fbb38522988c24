use super::*;
use crate::models::{Catalogue, Query, recommend};
#[test]
fn look() {
    for v in [6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 80.0, 141.0] {
        println!(
            "{}",
            render(&recommend(Catalogue::embedded(), &Query::for_vram(v)).unwrap())
        );
    }
}
