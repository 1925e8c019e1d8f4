//! The reductions of `kobj explore` against the search without them, on scenarios made at random.

mod corpus;
mod factors;
mod meetings;
mod partial_order;
mod views;
