//! Pages about usage, and what stands behind them: every request is counted once, wherever and whenever one looks.

mod pages;
mod roll_up;
mod size;
mod sums;
mod world;
