//! The screens with made-up people and no core behind them: to look at, and to take screenshots of.
//!
//! `?scene=` chooses what is known, the fragment where one is: `?scene=busy#/contacts`. `examples/gallery/shots.mjs`
//! builds it and takes the pictures.

#[cfg(target_arch = "wasm32")]
mod scenes;

fn main() {
    #[cfg(target_arch = "wasm32")]
    scenes::show();
}
