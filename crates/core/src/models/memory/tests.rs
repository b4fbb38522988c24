use proptest::prelude::*;

use super::*;
use crate::models::Catalogue;

fn model(name: &str) -> &'static Model {
    let models = &Catalogue::embedded().models;
    models
        .iter()
        .find(|model| model.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// Files as published, in bytes or in the decimal gigabytes of their page. Text only: the parts
/// that read images are files of their own.
#[test]
fn weights_are_within_three_percent_of_published_files() {
    use Format::*;
    // Sizes of Ollama's tags are from its library, read in June 2026; the others from the pages of
    // the named repositories on Hugging Face.
    let files: [(&str, Format, f64, &str); 38] = [
        (
            "Qwen2.5 0.5B Instruct",
            Q3KM,
            0.355e9,
            "ollama qwen2.5:0.5b-instruct-q3_K_M",
        ),
        (
            "Qwen2.5 0.5B Instruct",
            Q4KM,
            0.398e9,
            "ollama qwen2.5:0.5b-instruct-q4_K_M",
        ),
        (
            "Qwen2.5 0.5B Instruct",
            Q5KM,
            0.420e9,
            "ollama qwen2.5:0.5b-instruct-q5_K_M",
        ),
        (
            "Qwen2.5 0.5B Instruct",
            Q6K,
            0.506e9,
            "ollama qwen2.5:0.5b-instruct-q6_K",
        ),
        (
            "Qwen2.5 0.5B Instruct",
            Q80,
            0.531e9,
            "ollama qwen2.5:0.5b-instruct-q8_0",
        ),
        (
            "Qwen2.5 0.5B Instruct",
            F16,
            0.994e9,
            "ollama qwen2.5:0.5b-instruct-fp16",
        ),
        (
            "TinyLlama 1.1B Chat",
            Q3KM,
            0.551e9,
            "ollama tinyllama:1.1b-chat-v1-q3_K_M",
        ),
        (
            "TinyLlama 1.1B Chat",
            Q4KM,
            0.669e9,
            "ollama tinyllama:1.1b-chat-v1-q4_K_M",
        ),
        (
            "TinyLlama 1.1B Chat",
            Q5KM,
            0.783e9,
            "ollama tinyllama:1.1b-chat-v1-q5_K_M",
        ),
        (
            "TinyLlama 1.1B Chat",
            Q6K,
            0.904e9,
            "ollama tinyllama:1.1b-chat-v1-q6_K",
        ),
        (
            "Llama 3.2 1B Instruct",
            Q3KM,
            0.691e9,
            "ollama llama3.2:1b-instruct-q3_K_M",
        ),
        (
            "Llama 3.2 1B Instruct",
            Q4KM,
            0.808e9,
            "ollama llama3.2:1b-instruct-q4_K_M",
        ),
        (
            "Llama 3.2 1B Instruct",
            Q5KM,
            0.912e9,
            "ollama llama3.2:1b-instruct-q5_K_M",
        ),
        ("Gemma 3 1B", Q4KM, 0.815e9, "ollama gemma3:1b-it-q4_K_M"),
        (
            "Qwen2.5 1.5B Instruct",
            Q4KM,
            0.986e9,
            "ollama qwen2.5:1.5b-instruct-q4_K_M",
        ),
        (
            "Llama 3.1 8B Instruct",
            Q3KM,
            4.02e9,
            "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        ),
        (
            "Llama 3.1 8B Instruct",
            Q4KM,
            4.92e9,
            "bartowski/Meta-Llama-3.1-8B-Instruct-GGUF",
        ),
        ("Gemma 2 9B", Q80, 9.82e9, "bartowski/gemma-2-9b-it-GGUF"),
        (
            "Qwen2.5 14B Instruct",
            Q4KM,
            8.99e9,
            "bartowski/Qwen2.5-14B-Instruct-GGUF",
        ),
        (
            "Qwen2.5 14B Instruct",
            Q5KM,
            10.5e9,
            "bartowski/Qwen2.5-14B-Instruct-1M-GGUF",
        ),
        ("Phi-4", Q3KM, 7.36e9, "mradermacher/phi-4-GGUF"),
        ("Phi-4", Q4KM, 9.05e9, "mradermacher/phi-4-GGUF"),
        ("Phi-4", Q5KM, 10.6e9, "mradermacher/phi-4-GGUF"),
        ("Phi-4", Q80, 15.6e9, "mradermacher/phi-4-GGUF"),
        ("Phi-4", F16, 29.3e9, "matteogeniaccio/phi-4"),
        (
            "DeepSeek V2 Lite Chat",
            Q3KM,
            8.13e9,
            "mradermacher/DeepSeek-V2-Lite-Chat-GGUF",
        ),
        (
            "DeepSeek V2 Lite Chat",
            Q4KM,
            10.4e9,
            "mradermacher/DeepSeek-V2-Lite-Chat-GGUF",
        ),
        (
            "DeepSeek V2 Lite Chat",
            Q5KM,
            11.9e9,
            "mradermacher/DeepSeek-V2-Lite-Chat-GGUF",
        ),
        (
            "gpt-oss 20b",
            Mxfp4,
            13.8e9,
            "unsloth/gpt-oss-20b-GGUF, gpt-oss-20b-F16.gguf",
        ),
        (
            "Gemma 2 27B",
            Q4KM,
            16_645_383_008.0,
            "duyntnet/gemma-2-27b-it-imatrix-GGUF",
        ),
        (
            "Gemma 2 27B",
            Q5KM,
            19_408_118_624.0,
            "duyntnet/gemma-2-27b-it-imatrix-GGUF",
        ),
        (
            "Gemma 2 27B",
            Q80,
            28_937_388_896.0,
            "duyntnet/gemma-2-27b-it-imatrix-GGUF",
        ),
        (
            "Qwen3 Coder 30B A3B Instruct",
            Q4KM,
            18.6e9,
            "prithivMLmods/Qwen3-Coder-30B-A3B-Instruct-GGUF",
        ),
        (
            "Llama 3.3 70B Instruct",
            Q3KM,
            34.3e9,
            "mradermacher/Llama-3.3-70B-Instruct-GGUF",
        ),
        (
            "Llama 3.3 70B Instruct",
            Q4KM,
            42.5e9,
            "mradermacher/Llama-3.3-70B-Instruct-GGUF",
        ),
        (
            "Llama 3.3 70B Instruct",
            Q5KM,
            49.9e9,
            "mradermacher/Llama-3.3-70B-Instruct-GGUF",
        ),
        (
            "Mistral Large 2411",
            Q6K,
            101e9,
            "ollama mistral-large:123b-instruct-2411-q6_K",
        ),
        (
            "DeepSeek R1 0528",
            Q4KM,
            404e9,
            "ollama deepseek-r1:671b-0528-q4_K_M",
        ),
    ];
    for (name, format, published, source) in files {
        let calculated = model(name).weight_bytes(format);
        let off = calculated / published - 1.0;
        assert!(
            off.abs() <= WEIGHTS_ERROR,
            "{name} {format}: {calculated:.0} is {:.1} % off {published:.0} of {source}",
            100.0 * off
        );
    }
}

/// Worked out by hand from each model's configuration.
#[test]
fn kv_caches_are_what_the_dimensions_say() {
    use KvCache::{F16, Q80};
    let cases = [
        // 2 x 32 layers x 8 heads x 128 x 8192 tokens x 2 bytes
        ("Llama 3.1 8B Instruct", 8192, F16, 1_073_741_824),
        // the same x 34 / 64
        ("Llama 3.1 8B Instruct", 8192, Q80, 570_425_344),
        // 2 x 80 x 8 x 128 x 32768 x 2
        ("Llama 3.3 70B Instruct", 32768, F16, 10_737_418_240),
        // 2 x 16 heads x 128 x 2 bytes x (10 layers x 8192 + 52 layers x (1024 + 512))
        ("Gemma 3 27B", 8192, F16, 1_325_400_064),
        // a context inside the window: 2 x 62 x 16 x 128 x 1024 x 2
        ("Gemma 3 27B", 1024, F16, 520_093_696),
        // 2 x 8 heads x 64 x 2 bytes x (12 x 131072 + 12 x (128 + 512))
        ("gpt-oss 20b", 131_072, F16, 3_236_954_112),
        // 27 layers x (512 + 64) x 32768 x 2
        ("DeepSeek V2 Lite Chat", 32768, F16, 1_019_215_872),
        // 2 x 16 of 64 layers x 4 x 256 x 8192 x 2, and 150 MiB of state
        ("Qwen3.6 27B", 8192, F16, 536_870_912 + 157_286_400),
        // the state is not stored in 8 bits: 2 x 4 x 8 x 128 x 8192 x 34 / 32, and 147 MiB
        ("Granite 4.0 H Small", 8192, Q80, 71_303_168 + 154_140_672),
    ];
    for (name, tokens, kv_cache, bytes) in cases {
        let expected = Bytes(bytes).gib();
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
    // 4.92 GB of weights, 1 GiB of cache, 512 x (4 x (128256 + 4 x 4096) + 2 x 8192) bytes of
    // buffers and 320 MiB of context.
    let llama = Memory::of(
        model("Llama 3.1 8B Instruct"),
        Format::Q4KM,
        8192,
        KvCache::F16,
    );
    assert!(
        (llama.total() - (4.582 + 1.0 + 0.2837 + 0.3125)).abs() < 0.03,
        "{llama:?}"
    );
    // The root of 577 MiB squared and 3 % of the weights squared.
    assert!((llama.error() - 0.580).abs() < 0.001, "{}", llama.error());

    // The least of buffers and context is half a gigabyte: 32,000 words need little.
    let tiny = Memory::of(
        model("TinyLlama 1.1B Chat"),
        Format::Q4KM,
        2048,
        KvCache::F16,
    );
    assert_eq!(tiny.compute + tiny.context, 0.5);
}

#[test]
fn the_part_that_reads_images_counts_at_sixteen_bits() {
    let gemma = model("Gemma 3 4B");
    let blind = Model {
        vision_b: 0.0,
        ..gemma.clone()
    };
    for format in [Format::Q4KM, Format::Q80] {
        let seeing = gemma.weight_bytes(format) - blind.weight_bytes(format);
        // 0.43 billion parameters; gemma3-4b-mmproj.gguf has 851 MB.
        assert!((seeing - 0.86e9).abs() < 1e3, "{seeing}");
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

#[test]
fn partial_offload_never_claims_all_layers() {
    let llama = model("Llama 3.1 8B Instruct");
    let layers = |free| layers_that_fit(llama, Format::Q4KM, 8192, KvCache::F16, free);
    assert_eq!(layers(0.0), 0);
    assert_eq!(layers(6.7), 31, "6.76 GiB are needed");
    assert_eq!(layers(6.8), 32);
    // Layers alone: (4.58 - 0.67 outside them + 1.0) / 32 = 0.153 GiB each; 4 - 1.176 GiB for them.
    assert_eq!(layers(4.0), 18);
}

fn any_model() -> impl Strategy<Value = &'static Model> {
    let models = &Catalogue::embedded().models;
    (0..models.len()).prop_map(|index| &models[index])
}

fn any_format() -> impl Strategy<Value = Format> {
    (0..Format::ALL.len()).prop_map(|index| Format::ALL[index].1)
}

fn any_cache() -> impl Strategy<Value = KvCache> {
    prop_oneof![Just(KvCache::F16), Just(KvCache::Q80)]
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
    fn a_better_format_never_takes_less(
        model in any_model(), cache in any_cache(), one in any_format(), other in any_format(),
    ) {
        // MXFP4 is for models trained in it, with 16 bits elsewhere, so it is in no order.
        prop_assume!(one != Format::Mxfp4 && other != Format::Mxfp4);
        let (worse, better) = (one.min(other), one.max(other));
        let of = |format| Memory::of(model, format, 8192, cache);
        prop_assert!(of(better).total() >= of(worse).total());
        prop_assert!(of(better).error() >= of(worse).error());
    }

    #[test]
    fn a_cache_of_eight_bits_never_takes_more(model in any_model(), tokens in 0_u64..400_000) {
        let of = |cache| Memory::of(model, Format::Q4KM, tokens, cache).kv_cache;
        prop_assert!(of(KvCache::Q80) <= of(KvCache::F16));
    }

    #[test]
    fn more_vram_never_fits_less(
        model in any_model(), format in any_format(), cache in any_cache(),
        tokens in 0_u64..400_000, free in 0.0..1024.0, more in 0.0..100.0,
    ) {
        let context = |free| largest_context(model, format, cache, free);
        let layers = |free| layers_that_fit(model, format, tokens, cache, free);
        prop_assert!(context(free + more) >= context(free));
        prop_assert!(layers(free + more) >= layers(free));
        prop_assert!(layers(free) <= model.layers);
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
