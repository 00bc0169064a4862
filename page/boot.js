// Runs before anything is drawn. Applies the chosen theme; src/browser/theme.rs writes it.
try {
  const theme = localStorage.getItem("kith.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's theme.
}

// A script that does not come, or whose bytes are not those that this page was built with, is not run. Say so.
addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLScriptElement) document.body.append(document.getElementById("damaged").content);
  },
  true,
);
