// Applies the chosen theme before the first paint; src/browser/theme.rs writes it.
try {
  const theme = localStorage.getItem("kith.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the system's theme.
}
