//! The bandwidth of each card's memory, from NVIDIA's specifications.

/// A card of NVIDIA's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name without maker and line, as in `RTX 4090`.
    pub name: &'static str,
    /// VRAM on the box, in GiB.
    pub vram_gib: u32,
    /// Memory bandwidth in GB/s.
    pub gbps: u32,
}

impl Card {
    /// The card of a name as the driver reports it, as in `NVIDIA GeForce RTX 4090`, and of that
    /// size where there are several of the name.
    pub fn find(name: &str, vram_gib: f64) -> Option<&'static Self> {
        let parts = |text: &str| -> Vec<String> {
            text.split_whitespace()
                .map(str::to_ascii_lowercase)
                .collect()
        };
        let reported = parts(name);
        let named = |card: &&Card| {
            let card = parts(card.name);
            reported.windows(card.len()).any(|part| part == card)
        };
        let off = |card: &Card| (f64::from(card.vram_gib) - vram_gib).abs();
        // The longest name, so that a Ti is not taken for the card without it.
        CARDS.iter().filter(named).max_by(|one, other| {
            let longer = one.name.len().cmp(&other.name.len());
            longer.then(off(other).total_cmp(&off(one)))
        })
    }
}

/// Every card that is known.
pub fn cards() -> impl Iterator<Item = &'static Card> {
    CARDS.iter()
}

const fn card(name: &'static str, vram_gib: u32, gbps: u32) -> Card {
    Card {
        name,
        vram_gib,
        gbps,
    }
}

const CARDS: [Card; 65] = [
    card("GTX 1050 Ti", 4, 112),
    card("GTX 1060", 6, 192),
    card("GTX 1070", 8, 256),
    card("GTX 1080", 8, 320),
    card("GTX 1080 Ti", 11, 484),
    card("GTX 1650", 4, 128),
    card("GTX 1660 Ti", 6, 288),
    card("RTX 2060", 6, 336),
    card("RTX 2060 SUPER", 8, 448),
    card("RTX 2070", 8, 448),
    card("RTX 2080", 8, 448),
    card("RTX 2080 SUPER", 8, 496),
    card("RTX 2080 Ti", 11, 616),
    card("RTX 3050", 8, 224),
    card("RTX 3050 Laptop", 4, 192),
    card("RTX 3050 Ti Laptop", 4, 192),
    card("RTX 3060", 12, 360),
    card("RTX 3060 Laptop", 6, 336),
    card("RTX 3060 Ti", 8, 448),
    card("RTX 3070", 8, 448),
    card("RTX 3070 Laptop", 8, 448),
    card("RTX 3070 Ti", 8, 608),
    card("RTX 3080", 10, 760),
    card("RTX 3080", 12, 912),
    card("RTX 3080 Ti", 12, 912),
    card("RTX 3090", 24, 936),
    card("RTX 3090 Ti", 24, 1008),
    card("RTX 4050 Laptop", 6, 192),
    card("RTX 4060", 8, 272),
    card("RTX 4060 Laptop", 8, 256),
    card("RTX 4060 Ti", 16, 288),
    card("RTX 4070", 12, 504),
    card("RTX 4070 Laptop", 8, 256),
    card("RTX 4070 SUPER", 12, 504),
    card("RTX 4070 Ti", 12, 504),
    card("RTX 4070 Ti SUPER", 16, 672),
    card("RTX 4080", 16, 717),
    card("RTX 4080 Laptop", 12, 432),
    card("RTX 4080 SUPER", 16, 736),
    card("RTX 4090", 24, 1008),
    card("RTX 4090 Laptop", 16, 576),
    card("RTX 5060", 8, 448),
    card("RTX 5060 Laptop", 8, 384),
    card("RTX 5060 Ti", 16, 448),
    card("RTX 5070", 12, 672),
    card("RTX 5070 Laptop", 8, 384),
    card("RTX 5070 Ti", 16, 896),
    card("RTX 5080", 16, 960),
    card("RTX 5090", 32, 1792),
    card("RTX 5090 Laptop", 24, 896),
    card("RTX A4000", 16, 448),
    card("RTX A5000", 24, 768),
    card("RTX A6000", 48, 768),
    card("RTX 4000 Ada", 20, 360),
    card("RTX 5000 Ada", 32, 576),
    card("RTX 6000 Ada", 48, 960),
    card("RTX PRO 6000", 96, 1792),
    card("T4", 16, 320),
    card("L4", 24, 300),
    card("L40S", 48, 864),
    card("A10", 24, 600),
    card("A100", 80, 2039),
    card("H100", 80, 3352),
    card("H200", 141, 4800),
    card("V100", 16, 900),
];
