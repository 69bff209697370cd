//! The window of identifiers against a list.

use std::collections::VecDeque;

use hydrant::delivery::Window;
use hydrant::message::Uuid;
use proptest::prelude::*;

proptest! {
    #[test]
    fn it_is_the_last_distinct_ones(capacity in 0usize..6, ids in prop::collection::vec(0u8..9, 0..60)) {
        let mut window = Window::new(capacity);
        let mut expected: VecDeque<u8> = VecDeque::new();
        for id in ids {
            let is_new = !expected.contains(&id);
            prop_assert_eq!(window.insert(Uuid([id; 16])), is_new);
            if is_new {
                expected.push_back(id);
                expected.drain(..expected.len().saturating_sub(capacity));
            }
            prop_assert_eq!(window.len(), expected.len());
            for id in 0..9 {
                prop_assert_eq!(window.contains(Uuid([id; 16])), expected.contains(&id));
            }
            prop_assert_eq!(window.is_empty(), expected.is_empty());
        }
    }
}
