//! The access mask of an event: as a number, or as the list of its bits.

use super::event::parse;
use super::fields::{Field, Fields};

/// MAXIMUM_ALLOWED and the generic rights: what they come to is decided by the object's type and its security
/// descriptor, so a request for them does not tell what was granted.
const OPEN_ENDED: u32 = 0xF200_0000;

/// The mask of a 4656 or 4663; `None` if the event has none.
pub(super) fn of(fields: &Fields) -> Option<u32> {
    let mask = fields.get(Field::AccessMask).and_then(parse).and_then(|mask| u32::try_from(mask).ok());
    mask.or_else(|| of_list(fields.get(Field::AccessList)?))
}

/// Whether the mask of a request tells what was granted.
pub(super) const fn is_definite(mask: u32) -> bool {
    mask & OPEN_ENDED == 0
}

/// The mask that a list of message numbers (`%%1538 %%4432`) stands for.
///
/// 1537 to 1541 are the standard rights DELETE to SYNCHRONIZE, 1542 is ACCESS_SYSTEM_SECURITY. From 4416 on, each
/// object type has a block of sixteen, one for each specific right: 4416 files, 4432 keys, 4480 processes.
fn of_list(list: &str) -> Option<u32> {
    let mut mask = 0;
    for item in list.split_whitespace() {
        let number: u32 = item.strip_prefix("%%")?.parse().ok()?;
        mask |= match number {
            1537..=1541 => 1 << (16 + number - 1537),
            1542 => 1 << 24,
            4416..6000 => 1 << (number % 16),
            _ => return None,
        };
    }
    (mask != 0).then_some(mask)
}

#[cfg(test)]
mod tests {
    use super::of_list;

    #[test]
    fn a_list_of_rights_is_the_mask_that_stands_beside_it_in_recordings() {
        assert_eq!(
            of_list("%%1538\n\t\t\t\t%%4432\n\t\t\t\t%%4435\n\t\t\t\t%%4436\n\t\t\t\t"),
            Some(0x2_0019)
        );
        assert_eq!(of_list("%%4432\n\t\t\t\t"), Some(1));
        assert_eq!(of_list("%%4484"), Some(0x10));
        assert_eq!(of_list("ReadData"), None);
        assert_eq!(of_list(""), None);
    }
}
