//! Every variant of an enum without values, for tests that must leave none out.

use serde::de::DeserializeOwned;

/// Every variant: serde lists their names where it is given none of them.
pub(crate) fn variants<T: DeserializeOwned>() -> Vec<T> {
    let error = serde_json::from_str::<T>("\"\"").err().expect("no variant");
    let message = error.to_string();
    let names = message.split('`').skip(3).step_by(2);
    let variant = |name: &str| serde_json::from_value(name.into()).expect("a variant");
    names.map(variant).collect()
}

#[test]
fn no_variant_is_left_out() {
    use crate::gpu::GpuErrorKind;
    let kinds = variants::<GpuErrorKind>();
    assert_eq!(kinds.len(), 18);
    assert_eq!(kinds.first(), Some(&GpuErrorKind::NvmlMissing));
    assert_eq!(kinds.last(), Some(&GpuErrorKind::Other));
}
