//! [`split_requests`]: many items in requests of limited size.

/// Splits items into requests of at most `count` items and at most `bytes` bytes, in order. `size`
/// gives the bytes of an item in the request, with its separator.
///
/// An item that is larger than `bytes` is a request of its own, so that nothing is lost; the caller
/// or the target system decides about it. A limit of 0 items counts as 1.
///
/// ```
/// use hydrant::engine::split_requests;
///
/// let sent = ["aa", "b", "cccc", "d"];
/// let requests: Vec<&[&str]> = split_requests(&sent, 500, 3, |item| item.len()).collect();
/// assert_eq!(requests, [&["aa", "b"][..], &["cccc"], &["d"]]);
/// assert_eq!(split_requests(&sent, 3, usize::MAX, |item| item.len()).count(), 2);
/// ```
///
/// With the result of [`translate`](super::Events::translate), each request settles its own events:
///
/// ```
/// # use hydrant::{Call, Failure, engine::split_requests};
/// # fn send(_: &[(usize, String)]) -> Vec<Result<(), Failure>> { Vec::new() }
/// # fn batch(call: &mut Call<'_>) {
/// let sent = call.by_time().translate(|event| Ok(event.kind().to_string()));
/// for request in split_requests(&sent, 500, 1 << 20, |(_, line)| line.len() + 1) {
///     call.settle_sent(request, send(request));
/// }
/// # }
/// ```
pub fn split_requests<T>(
    items: &[T],
    count: usize,
    bytes: usize,
    mut size: impl FnMut(&T) -> usize,
) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut total = 0usize;
        let fits = rest.iter().take(count).take_while(|item| {
            total = total.saturating_add(size(item));
            total <= bytes
        });
        let length = fits.count().max(1);
        let (request, others) = rest.split_at_checked(length)?;
        rest = others;
        Some(request)
    })
}
