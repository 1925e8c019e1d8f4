//! Conformance vectors: what tests that run on real Windows assert, id by id, one file a family.

mod f;
