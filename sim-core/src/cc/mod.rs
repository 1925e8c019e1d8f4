//! The cache manager: cache maps and the lazy writer.

pub mod cache_map;
pub mod cached_io;
pub mod lazy_writer;
