// A browser of its own for one person, on a profile that outlives it: it can be killed and started again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, expect } from "@playwright/test";
import { serveApp } from "../fixtures/app.mjs";
import { Person } from "../fixtures/person.mjs";
import { layWire } from "../fixtures/wire.mjs";
import { failpoints } from "./failpoints.mjs";

const program = process.env.KITH_CHROMIUM ?? "/usr/bin/chromium";
const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--no-default-browser-check",
  "--lang=en-GB",
  "--remote-debugging-port=0",
];

/** Somebody with a browser, a wire to the broker and a page at an origin of their own. */
export class Profile extends Person {
  #browser;

  static async create(name, broker) {
    const wire = await layWire(broker.port);
    const app = await serveApp({ broker: wire.url });
    const profile = new Profile(name, null, app.url);
    Object.assign(profile, { wire, app, directory: await mkdtemp(join(tmpdir(), `kith-chaos-${name}-`)) });
    await profile.start();
    return profile;
  }

  /** Starts the browser, also again after `kill`, with what it had stored. */
  async start(fragment = "") {
    this.#browser = spawn(program, [...flags, `--user-data-dir=${this.directory}`], {
      stdio: ["ignore", "ignore", "pipe"],
      // A group of its own: a killed browser takes all of its processes along.
      detached: true,
    });
    this.ended = once(this.#browser, "exit");
    const browser = await chromium.connectOverCDP(await this.#address());
    [this.context] = browser.contexts();
    await this.context.addInitScript(failpoints);
    // Never answered.
    await this.context.route("**/failpoint/*", () => this.#reached());
    await this.open(fragment);
  }

  async #address() {
    for await (const line of createInterface({ input: this.#browser.stderr })) {
      const [, address] = /DevTools listening on (\S+)/.exec(line) ?? [];
      if (address) {
        // Nobody reads on; a full pipe would stop the browser.
        this.#browser.stderr.resume();
        return address;
      }
    }
    throw new Error("the browser ended before it listened");
  }

  /** SIGKILL, for the browser with all that belongs to it. */
  async kill() {
    process.kill(-this.#browser.pid, "SIGKILL");
    await this.ended;
  }

  /** The renderer alone dies, as it does when memory runs out; the person opens the page again. */
  async crash() {
    const crashed = this.page.waitForEvent("crash");
    const debug = await this.context.newCDPSession(this.page);
    // It dies before it can answer.
    debug.send("Page.crash").catch(() => {});
    await crashed;
    await this.page.close();
    await this.open();
  }

  /** Dies where it comes to a place in the code: see failpoints.mjs. The page waits there until it is killed. */
  arm(name, times) {
    this.reached = new Promise((resolve) => (this.#reached = resolve));
    return this.page.evaluate((armed) => sessionStorage.setItem("failpoint", armed), JSON.stringify({ name, times }));
  }
  #reached = () => {};

  /** After whatever happened to it: in the conversation, at its end. */
  async back(friend) {
    await expect(this.main).toBeVisible({ timeout: 60_000 });
    await this.openChat(friend);
  }

  async remove() {
    await this.kill();
    this.app.remove();
    this.wire.remove();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
