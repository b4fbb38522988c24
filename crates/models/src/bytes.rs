//! Bytes, as far as this crate counts them.

/// Bytes in one binary megabyte.
pub(crate) const MIB: f64 = (1_u64 << 20) as f64;
/// Bytes in one binary gigabyte.
pub(crate) const GIB: f64 = (1_u64 << 30) as f64;

/// Bytes in so many binary megabytes.
pub(crate) const fn mib(mib: u64) -> f64 {
    (mib << 20) as f64
}

/// In binary gigabytes.
pub(crate) const fn gib(bytes: f64) -> f64 {
    bytes / GIB
}
