//! `deduplication_window`: an event that is repeated is not forwarded again.

use hydrant_testing::http_server::HttpReply;

use crate::support::*;
use crate::target::*;

#[test]
fn repeated_messages_and_events() {
    let twice = messages(0..100, 9) + &messages(50..150, 9);
    let inside = message(1, &[event(200), event(201), event(200), event(150)]) + "\n";
    let partly = message(1, &[event(7), event(202), event(8)]) + "\n";
    let input = [twice, inside, partly].concat();
    for (window, expected) in [(0, 207), (10_000, 154)] {
        let target = Target::good();
        let setup = Setup::http(&target.url()).set(&format!("deduplication_window={window}"));
        let ran = setup.forwards(&input, &[]).exits(0);
        assert_eq!(target.numbers().len(), expected);
        let all: Vec<_> = (0..=150).chain(200..203).collect();
        assert_eq!(target.distinct(), all);
        assert_eq!(ran.count("repeated_events"), 207 - expected as u64);
        assert_eq!(ran.count("acknowledged"), 202);
    }
}

/// Events on their way count as known, and those of attempts that failed arrive.
#[test]
fn events_that_are_repeated_while_the_first_is_on_its_way() {
    let target = Target::start(|request, _| match request.number % 3 {
        0 => Answer::Reply(HttpReply::new(503)),
        1 => Answer::AcceptAndReply(HttpReply::new(200)),
        _ => Answer::Accept,
    });
    let setup = Setup::http(&target.url())
        .set("deduplication_window=1")
        .set("batch_records=3")
        .set("max_in_flight=2");
    let three = messages(0..40, 40).repeat(3);
    // The window is too small for more than the last event, but while they are on their way, they
    // are known.
    let ran = setup.forwards(&three, &[]).exits(0);
    assert_eq!(target.distinct(), (0..40).collect::<Vec<_>>());
    let repeated = ran.count("repeated_events") as usize;
    assert_eq!(target.numbers().len(), 120 - repeated);
}

#[test]
fn events_in_dead_letters_are_known() {
    let target = Target::start(|_, records| match has(&records[0], 1) {
        true => Answer::Reply(HttpReply::new(422)),
        false => Answer::Accept,
    });
    let setup = Setup::http(&target.url())
        .set("deduplication_window=100")
        .set("batch_records=1")
        .with_letters();
    setup.forwards(messages([0, 1, 2, 1, 0], 1), &[]).exits(1);
    assert_eq!(target.numbers(), [0, 2]);
    assert_eq!(setup.letter_numbers(), [Some(1)]);
}

/// A run that stopped and is continued sends again what was not settled, even if events of it
/// arrived: it cannot know that.
#[test]
fn a_continued_run_begins_with_an_empty_window() {
    let target = Target::start(|request, _| match request.number {
        0 => Answer::Accept,
        1 => Answer::AcceptAndReply(HttpReply::new(401)),
        _ => Answer::Accept,
    });
    let setup = Setup::http(&target.url())
        .set("deduplication_window=100")
        .set("max_in_flight=1")
        .set("batch_records=10");
    let input = setup.write("input", messages(0..30, 30));
    setup.continues(&input).exits(3);
    let settled = setup.settled() as usize;
    setup.continues(&input).exits(0);
    assert_eq!(target.distinct(), (0..30).collect::<Vec<_>>());
    let repeated = target.numbers().len() - 30;
    assert!(repeated > 0 && repeated <= 20 - settled);
}
