//! The page's entry point; on the host there is nothing to run.

fn main() {
    #[cfg(target_arch = "wasm32")]
    {
        console_error_panic_hook::set_once();
        kith::start();
    }
}
