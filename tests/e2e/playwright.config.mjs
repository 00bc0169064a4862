// End to end: real browsers, the real page, two real brokers. `cargo xtask test e2e` runs it; by hand:
//   KITH_DIST=path/of/a/build npx playwright test [--project embedded] [specs/chat]
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  // A test that needs a second attempt has found something.
  retries: 0,
  workers: 2,
  fullyParallel: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: "list",
  use: {
    screenshot: "only-on-failure",
    trace: "off",
    video: "off",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    locale: "en-GB",
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: process.env.KITH_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [
    // What only one broker can do (embedded: no passwords) is marked with its name; what has nothing to do with the
    // broker is marked @once and runs with the embedded one alone.
    { name: "embedded", use: { brokerKind: "embedded" }, grepInvert: /@mosquitto/ },
    { name: "mosquitto", use: { brokerKind: "mosquitto" }, grepInvert: /@once/ },
  ],
});
