//! Small worlds in every order, as far as the gate's time goes; `cargo simulate --explore N` goes further.

use simulator::explore::{Bounds, SCENES, stroll, walk};

#[test]
fn no_order_of_calls_and_no_death_between_two_of_them_breaks_a_promise() {
    for scene in SCENES {
        let bounds = Bounds {
            worlds: 1_500,
            crash: true,
            bug: None,
        };
        let walked = walk(scene, bounds).unwrap();
        if let Some((violation, steps)) = walked.violation {
            panic!("{}: {violation}\n{}", scene.name, steps.join("\n"));
        }
        let strolled = stroll(scene, 100, bounds).unwrap();
        if let Some((violation, steps)) = strolled.violation {
            panic!("{}: {violation}\n{}", scene.name, steps.join("\n"));
        }
        println!(
            "{}: {} worlds in order, {} ends; {} steps by chance, {} ends",
            scene.name, walked.worlds, walked.ends, strolled.worlds, strolled.ends
        );
    }
}
