//! x
use hydrant::generate::{Generator, Options};
use std::time::Instant;
fn bench(name: &str, n: usize, mut f: impl FnMut()) {
    let mut best = f64::MAX;
    let mut all = vec![];
    for _ in 0..25 {
        let t = Instant::now();
        f();
        let e = t.elapsed().as_secs_f64();
        all.push(e);
        best = best.min(e);
    }
    all.sort_by(f64::total_cmp);
    println!(
        "{name}: best {:.0} MB/s median {:.0} MB/s",
        n as f64 / best / 1e6,
        n as f64 / all[12] / 1e6
    );
}
fn main() {
    let batch = hydrant::generate::batch(1000, 1);
    let mut g = Generator::new(
        Options::default()
            .kind(hydrant::generate::Kind::Events)
            .escapes(false),
    );
    let stream: Vec<Vec<u8>> = (0..1800)
        .map(|_| {
            let mut v = vec![];
            g.write_message(&mut v);
            v
        })
        .collect();
    let mut g = Generator::new(
        Options::default()
            .kind(hydrant::generate::Kind::Events)
            .escapes(false)
            .shuffle(true),
    );
    let shuffled: Vec<Vec<u8>> = (0..1800)
        .map(|_| {
            let mut v = vec![];
            g.write_message(&mut v);
            v
        })
        .collect();
    let mut g = Generator::new(
        Options::default()
            .kind(hydrant::generate::Kind::Events)
            .pretty(true),
    );
    let pretty: Vec<Vec<u8>> = (0..1800)
        .map(|_| {
            let mut v = vec![];
            g.write_message(&mut v);
            v
        })
        .collect();
    let mut s = hydrant::Scratch::new();
    for fast in [false, true] {
        let o = hydrant::ParseOptions {
            fast_path: fast,
            ..Default::default()
        };
        bench(&format!("batch fast={fast}"), batch.len() * 10, || {
            for _ in 0..10 {
                std::hint::black_box(hydrant::parse(&batch, &mut s, &o).unwrap());
            }
        });
        for (name, st) in [
            ("stream", &stream),
            ("shuffled", &shuffled),
            ("pretty", &pretty),
        ] {
            let n: usize = st.iter().map(Vec::len).sum();
            bench(&format!("{name} fast={fast}"), n, || {
                for b in st {
                    std::hint::black_box(hydrant::parse(b, &mut s, &o).unwrap());
                }
            });
        }
        use hydrant::message::*;
        let o2 = hydrant::ParseOptions {
            interests: Interests::none()
                .with(EventType::CustomEvent)
                .with(EventType::ScreenView),
            ..o
        };
        bench(
            &format!("batch 2of16 fast={fast}"),
            batch.len() * 10,
            || {
                for _ in 0..10 {
                    std::hint::black_box(hydrant::parse(&batch, &mut s, &o2).unwrap());
                }
            },
        );
    }
    for b in stream.iter().chain(&shuffled).chain(&pretty) {
        let (mut a, mut c) = (vec![], vec![]);
        let p = hydrant::parse(b, &mut s, &hydrant::ParseOptions::default()).unwrap();
        hydrant::write::message(&p.message, &mut a);
        let t1 = p.tally;
        let p = hydrant::parse(
            b,
            &mut s,
            &hydrant::ParseOptions {
                fast_path: false,
                ..Default::default()
            },
        )
        .unwrap();
        hydrant::write::message(&p.message, &mut c);
        assert!(a == c && t1 == p.tally);
    }
}
