
// Starts the app. `cargo xtask seal` appends this to what wasm-bindgen makes, so that one hash covers both.
{
  const { wasm, integrity } = document.querySelector("script[data-wasm]").dataset;
  const tell = (id) => document.body.append(document.getElementById(id).content);
  if (window.top !== window.self) {
    // Whoever frames a page can lay something else over its buttons, and no <meta> forbids frames.
    tell("framed");
  } else {
    // The browser hands out nothing before the hash of all of it is right, also where `crypto.subtle` is denied.
    fetch(wasm, { integrity }).then(
      (response) => __wbg_init({ module_or_path: response }),
      () => tell("damaged"),
    );
  }
}
