//! [`Merge`].

/// State of a batch that can be merged from the states of its parts. The unordered engine needs it, because it handles
/// parts of a batch at the same time, each with a state that starts from `Default`.
///
/// ```
/// use hydrant::engine::Merge;
/// let mut names = vec!["a"];
/// names.merge(vec!["b", "c"]);
/// assert_eq!(names, ["a", "b", "c"]);
/// ```
pub trait Merge {
    /// Adds the state of the events that follow.
    fn merge(&mut self, next: Self);
}

impl Merge for () {
    fn merge(&mut self, (): Self) {}
}

impl<T> Merge for Vec<T> {
    fn merge(&mut self, mut next: Self) {
        self.append(&mut next);
    }
}
