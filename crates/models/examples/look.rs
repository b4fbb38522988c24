use gpu_keepalive_models::*;
fn main() {
    for (context, purpose) in [
        (8192, Use::Chat),
        (32768, Use::Chat),
        (8192, Use::Code),
        (32768, Use::Code),
    ] {
        for vram in [4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 96.0] {
            let answer = recommend(
                Catalogue::embedded(),
                &Query {
                    context_tokens: context,
                    purpose,
                    ..Query::for_vram(vram)
                },
            )
            .unwrap();
            println!("== {vram} GiB {purpose} {context}");
            for m in answer.models.iter().take(8) {
                println!(
                    "  {:32} {:7} {:?} {:?} {:.1}±{:.1} ram {:.0} {:?} {}",
                    m.name,
                    m.format,
                    m.placement,
                    m.tier,
                    m.total_gib,
                    m.error_gib,
                    m.ram_gib,
                    m.tokens_per_s,
                    m.max_context_tokens
                );
            }
            println!(
                "  smaller: {:?}",
                answer
                    .smaller_context
                    .iter()
                    .map(|s| format!("{} {}", s.name, s.context_tokens))
                    .collect::<Vec<_>>()
            );
        }
    }
}
