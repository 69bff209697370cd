//! x
use hydrant::generate::{Generator, Options};
fn main() {
    let mut g = Generator::new(
        Options::default()
            .kind(hydrant::generate::Kind::Events)
            .escapes(false),
    );
    let stream: Vec<Vec<u8>> = (0..400)
        .map(|_| {
            let mut v = vec![];
            g.write_message(&mut v);
            v
        })
        .collect();
    let mut s = hydrant::Scratch::new();
    let o = hydrant::ParseOptions::default();
    let n: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut ev = 0;
    let mut by = 0;
    for _ in 0..n {
        for b in &stream {
            by += b.len();
            let p = hydrant::parse(b, &mut s, &o).unwrap();
            if let hydrant::message::Message::EventProcessingRequest(r) = p.message {
                ev += r.events.len();
            }
        }
    }
    println!("{ev} events {by} bytes");
}
