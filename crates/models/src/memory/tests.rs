use proptest::prelude::*;

use super::*;
use crate::Catalogue;

fn model(name: &str) -> &'static Model {
    Catalogue::embedded()
        .find(name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// Worked out by hand from each model's configuration.
#[test]
fn kv_caches_are_what_the_dimensions_say() {
    use KvCache::{F16, Q40, Q80};
    let cases: [(&str, u64, KvCache, u64); 18] = [
        // 2 x 32 layers x 8 heads x 128 x 8192 tokens x 2 bytes
        ("Llama 3.1 8B Instruct", 8192, F16, 1_073_741_824),
        // the same x 34 / 64, and x 18 / 64
        ("Llama 3.1 8B Instruct", 8192, Q80, 570_425_344),
        ("Llama 3.1 8B Instruct", 8192, Q40, 301_989_888),
        // 2 x 80 x 8 x 128 x 32768 x 2
        ("Llama 3.3 70B Instruct", 32768, F16, 10_737_418_240),
        // 2 x 16 heads x 128 x 2 bytes x (10 layers x 8192 + 52 layers x (1024 + 512))
        ("Gemma 3 27B", 8192, F16, 1_325_400_064),
        // a context inside the window: 2 x 62 x 16 x 128 x 1024 x 2
        ("Gemma 3 27B", 1024, F16, 520_093_696),
        // 2 x 8 heads x 64 x 2 bytes x (12 x 131072 + 12 x (128 + 512, to 768))
        ("gpt-oss 20b", 131_072, F16, 3_240_099_840),
        // 27 layers x (512 + 64) x 32768 x 2
        ("DeepSeek V2 Lite Chat", 32768, F16, 1_019_215_872),
        // 2 x 16 of 64 layers x 4 x 256 x 8192 x 2, and 150 MiB of state
        ("Qwen3.6 27B", 8192, F16, 536_870_912 + 157_286_400),
        // the state is not stored in 8 bits: 2 x 4 x 8 x 128 x 8192 x 34 / 32, and 147 MiB
        ("Granite 4.0 H Small", 8192, Q80, 71_303_168 + 154_140_672),
        // 2 x 34 / 32 bytes x (8 layers x 1 head x 512 x 131072 + 40 x 8 x 256 x 1536): the
        // 1.31 GiB of ollama#16617
        ("Gemma 4 12B", 131_072, Q80, 1_140_850_688 + 267_386_880),
        // 3 + 12 of 35 layers have a cache: 2 x 2 bytes x (3 x 512 x 8192 + 12 x 256 x 1024)
        ("Gemma 4 E2B", 8192, F16, 50_331_648 + 12_582_912),
        // 12 of 48 layers: 2 x 2 heads x 256 of each token and 128 of every fourth, x 8192 x 2,
        // and 112 MiB of state
        (
            "Qwen3.8 Flash Next 125B A6B",
            8192,
            F16,
            207_618_048 + 117_440_512,
        ),
        // 43 windows of 128 + 512, to 768, x 512, 21 x 640 of every fourth token and 20 x 512 of
        // every 128th, x 2
        (
            "DeepSeek V4 Flash 0731 284B A13B",
            131_072,
            F16,
            33_816_576 + 880_803_840 + 20_971_520,
        ),
        // 78 layers x (512 + 64 and 128 for what is looked up) x 32768 x 2
        ("GLM-5.3 744B A40B", 32_768, F16, 3_598_712_832),
        // 11 of 45 layers x (512 + 128) x 8192 x 2, and 146 MiB of state
        (
            "GLM-5.3 Flash 314B A18B",
            8192,
            F16,
            115_343_360 + 153_092_096,
        ),
        // keys of 192 and values of 128: 9 layers x 4 heads, and 39 x 8 in windows of 128
        ("MiMo V2.5 309B A15B", 8192, F16, 188_743_680 + 153_354_240),
        // a model that makes vectors of its whole input at once
        ("BGE-M3", 8192, F16, 0),
    ];
    for (name, tokens, kv_cache, bytes) in cases {
        let expected = gib(bytes as f64);
        let calculated = Memory::of(model(name), Format::Q4KM, tokens, kv_cache).kv_cache;
        assert!(
            (calculated - expected).abs() < 1e-9,
            "{name}: {calculated}, not {expected}"
        );
    }
}

/// Added up by hand: weights from the published file, the rest from the formulas in the text.
#[test]
fn totals_are_the_sum_of_their_parts() {
    // 4.92 GB of file less 0.296 of embeddings, 1 GiB of cache,
    // 512 x (4 x (128256 + 4 x 4096) + 2 x 8192) bytes of buffers and 320 MiB of context.
    let llama = Memory::of(
        model("Llama 3.1 8B Instruct"),
        Format::Q4KM,
        8192,
        KvCache::F16,
    );
    assert!(
        (llama.total() - (4.307 + 1.0 + 0.2837 + 0.3125)).abs() < 0.03,
        "{llama:?}"
    );

    // The least of buffers and context is half a gigabyte: 32,000 words need little.
    let tiny = Memory::of(
        model("TinyLlama 1.1B Chat"),
        Format::Q4KM,
        2048,
        KvCache::F16,
    );
    assert_eq!(tiny.compute + tiny.context, 0.5);
}

/// What the llama.cpp's README on fitting shows: 40,960 tokens less 4,096 save 3,456 MiB, in a
/// model with 48 layers, 4 heads of 128 (Qwen3 30B A3B).
#[test]
fn a_shorter_context_saves_what_llama_cpp_says() {
    let qwen = model("Qwen3 30B A3B Instruct 2507");
    let cache = |tokens| Memory::of(qwen, Format::Q4KM, tokens, KvCache::F16).kv_cache;
    assert_eq!((cache(40_960) - cache(4096)) * 1024.0, 3456.0);
}

#[test]
fn without_flash_attention_every_head_has_its_scores() {
    let qwen = model("Qwen2.5 7B Instruct");
    let load = Load::new(Format::Q4KM, 32_768, KvCache::F16);
    let with = Memory::of_load(qwen, &load);
    let without = Memory::of_load(
        qwen,
        &Load {
            flash_attention: false,
            ..load
        },
    );
    // 512 tokens x 28 heads x 32768 x 4 bytes
    assert_eq!(without.compute - with.compute, 1.75);
}

#[test]
fn the_part_that_reads_images_counts_at_sixteen_bits_where_it_is_loaded() {
    let gemma = model("Gemma 3 4B");
    for format in [Format::Q4KM, Format::Q80] {
        let load = Load::new(format, 8192, KvCache::F16);
        let seeing = Memory::of_load(gemma, &load);
        let blind = Memory::of_load(
            gemma,
            &Load {
                vision: false,
                ..load
            },
        );
        // 0.43 billion parameters; gemma3-4b-mmproj.gguf has 851 MB.
        assert!((seeing.weights - blind.weights - gib(0.86e9)).abs() < 1e-6);
        assert_eq!(
            (seeing.vision, blind.vision),
            (seeing.weights - blind.weights, 0.0)
        );
    }
}

#[test]
fn a_context_beyond_the_models_counts_as_its_own() {
    let olmo = model("OLMo 2 7B Instruct");
    let at = |tokens| Memory::of(olmo, Format::Q4KM, tokens, KvCache::F16);
    assert_eq!(at(4096), at(1_000_000));
    assert_eq!(at(0), at(256));
    assert_eq!(
        largest_context(olmo, Format::Q4KM, KvCache::F16, 1000.0),
        4096
    );
}

fn any_model() -> impl Strategy<Value = &'static Model> {
    let models = &Catalogue::embedded().models;
    (0..models.len()).prop_map(|index| &models[index])
}

fn any_format() -> impl Strategy<Value = Format> {
    (0..Format::ALL.len()).prop_map(|index| Format::ALL[index].1)
}

fn any_cache() -> impl Strategy<Value = KvCache> {
    (0..KvCache::ALL.len()).prop_map(|index| KvCache::ALL[index].1)
}

proptest! {
    #[test]
    fn more_context_never_takes_less(
        model in any_model(), format in any_format(), cache in any_cache(),
        shorter in 0_u64..400_000, more in 0_u64..400_000,
    ) {
        let less = Memory::of(model, format, shorter, cache);
        let more = Memory::of(model, format, shorter + more, cache);
        prop_assert!(more.total() >= less.total());
        prop_assert!(less.total() > 0.0 && less.total().is_finite());
    }

    #[test]
    fn a_cache_of_fewer_bits_never_takes_more(model in any_model(), tokens in 0_u64..400_000) {
        let of = |cache| Memory::of(model, Format::Q4KM, tokens, cache).kv_cache;
        prop_assert!(of(KvCache::Q40) <= of(KvCache::Q80) && of(KvCache::Q80) <= of(KvCache::F16));
    }

    #[test]
    fn the_largest_context_is_the_last_that_fits(
        model in any_model(), format in any_format(), cache in any_cache(), free in 0.0..1024.0,
    ) {
        let largest = largest_context(model, format, cache, free);
        let fits = |tokens| Memory::of(model, format, tokens, cache).fits(free);
        prop_assert!(largest <= model.context);
        prop_assert!(largest == 0 || fits(largest));
        prop_assert!(largest == model.context || !fits(largest + CONTEXT_STEP));
    }
}
