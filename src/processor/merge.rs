//! [`Merge`].

/// State of a batch that can be merged from the states of its parts. An unordered engine requires
/// it, because it handles the parts of a batch in parallel, each with a state that starts as
/// `Default`.
///
/// ```
/// use hydrant::engine::Merge;
/// let mut names = vec!["a"];
/// names.merge(vec!["b", "c"]);
/// assert_eq!(names, ["a", "b", "c"]);
/// ```
pub trait Merge {
    /// Adds the state of the part that follows.
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
