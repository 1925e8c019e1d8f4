//! What `kobj explore` saves (steps that nobody sees, bytes that did not change) against the search without it, on
//! scenarios made at random.

mod corpus;
mod encoding;
mod factors;
mod meetings;
mod partial_order;
mod views;
