//! What `kobj explore` saves (steps that nobody sees, names that nobody can tell apart, bytes that did
//! not change) against the search without it, on
//! scenarios made at random.

mod corpus;
mod counts;
mod encoding;
mod factors;
mod meetings;
mod partial_order;
mod symmetry;
mod views;
