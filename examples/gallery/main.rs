//! The screens with made-up people and no core behind them: to look at, and to take screenshots of.
//!
//! `?scene=` chooses what is known (see `scenes.rs`), the fragment where one is: `?scene=busy#/contacts`. Build it with
//! `cargo build --example gallery --target wasm32-unknown-unknown`, run `wasm-bindgen --target web` on the result into
//! a directory, put `examples/gallery/index.html` and `style/` beside it, and serve that directory.

#[cfg(target_arch = "wasm32")]
mod scenes;
#[cfg(target_arch = "wasm32")]
mod talk;

fn main() {
    #[cfg(target_arch = "wasm32")]
    scenes::show();
}
