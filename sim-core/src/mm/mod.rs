//! Sections: what a program maps, the control area that all sections of one file share, and views.

pub mod control_area;
pub mod protection;
pub mod section;
pub mod trim;
pub mod view;
