//! Medians, and how they are printed.

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The middle half: what a quarter is below, and what a quarter is above.
fn middle_half(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
    (at(values.len() / 4), at(values.len() * 3 / 4))
}

/// What one turn measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Of the server, microseconds for each request.
    pub(crate) cpu: f64,
}

/// All turns of one thing, each with the floor's of the same round.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) turns: Vec<(Turn, Turn)>,
}

pub(crate) fn heading() {
    println!(
        "{:<34} {:>10} {:>9} {:>9} {:>9} {:>11} {:>13} {:>9} {:>9}",
        "", "requests/s", "p50 µs", "p99 µs", "CPU µs", "throughput", "(middle half)", "p99", "CPU"
    );
}

impl Line {
    pub(crate) fn print(&self) {
        let middle = |of: fn(&(Turn, Turn)) -> f64| median(self.turns.iter().map(of).collect());
        let (low, high) = middle_half(
            self.turns
                .iter()
                .map(|(turn, floor)| turn.per_second / floor.per_second)
                .collect(),
        );
        println!(
            "{:<34} {:>10.0} {:>9.0} {:>9.0} {:>9.2} {:>10.3}×   {low:.3}-{high:.3} {:>8.2}× {:>8.2}×",
            self.name,
            middle(|(turn, _)| turn.per_second),
            middle(|(turn, _)| turn.p50),
            middle(|(turn, _)| turn.p99),
            middle(|(turn, _)| turn.cpu),
            middle(|(turn, floor)| turn.per_second / floor.per_second),
            middle(|(turn, floor)| turn.p99 / floor.p99),
            middle(|(turn, floor)| turn.cpu / floor.cpu),
        );
    }
}
