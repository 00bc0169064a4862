// Chromium by Playwright, and what its DevTools protocol tells of a page.

import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { chromium } from "playwright-core";

import { env } from "./tools.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // performance.memory in bytes, not in buckets.
  "--enable-precise-memory-info",
];

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: env("KITH_CHROMIUM"),
    headless: true,
    args: ARGUMENTS,
  });
  return {
    arguments: ARGUMENTS,
    version: () => browser.version(),
    newContext: (options) => browser.newContext({ viewport: { width: 1200, height: 800 }, ...options }),
    /** A page in a context of its own: its own storage, its own process. */
    async open(options) {
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
      return openPage(context);
    },
    async stop() {
      await browser.close();
    },
  };
}

/**
 * A browser whose storage is on the disk: an ordinary context keeps IndexedDB in memory, where a durable commit costs
 * nothing. Each person has one of these; the processes are as in one browser with several profiles.
 */
export async function startProfile() {
  const dir = mkdtempSync(path.join(os.tmpdir(), "kith-bench-profile-"));
  const context = await chromium.launchPersistentContext(dir, {
    executablePath: env("KITH_CHROMIUM"),
    headless: true,
    args: ARGUMENTS,
    viewport: { width: 1200, height: 800 },
  });
  return {
    context,
    arguments: ARGUMENTS,
    version: () => context.browser()?.version() ?? "?",
    async stop() {
      await context.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A window of its own: Chromium draws tabs behind another one as seldom as twice a second. */
async function newWindow(context) {
  const [first] = context.pages();
  if (!first) return context.newPage();
  const cdp = await context.newCDPSession(first);
  const opened = context.waitForEvent("page");
  await cdp.send("Target.createTarget", { url: "about:blank", newWindow: true });
  await cdp.detach();
  return opened;
}

export async function openPage(context) {
  const page = await newWindow(context);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("crash", () => errors.push("the page crashed"));
  const cdp = await context.newCDPSession(page);
  // CPU time of the main thread, so that a busy machine counts less.
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => {
    const { metrics: list } = await cdp.send("Performance.getMetrics");
    return Object.fromEntries(list.map(({ name, value }) => [name, value]));
  };
  return {
    page,
    context,
    cdp,
    errors,
    metrics,
    /** Main-thread CPU time so far, in microseconds. */
    cpu: async () => (await metrics()).TaskDuration * 1e6,
    /** What is left after a garbage collection, in MiB. */
    async heap() {
      await cdp.send("HeapProfiler.collectGarbage");
      return (await metrics()).JSHeapUsedSize / 2 ** 20;
    },
    check() {
      if (errors.length > 0) throw new Error(`in the page: ${errors.join("; ")}`);
    },
    async close() {
      await context.close();
    },
  };
}
