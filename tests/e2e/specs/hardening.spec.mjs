// What the page is allowed to do is written in the page, and holds: policy, hashes, frames.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dist, servePageAround } from "../fixtures/app.mjs";
import { expect, test } from "../fixtures/test.mjs";

/** Collects what the browser refuses in any page of the context, in `refused`. */
const watching = (refused) => async (context) => {
  await context.exposeFunction("policyRefused", (what) => refused.push(what));
  await context.addInitScript(() => {
    const tell = (event) => policyRefused(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    addEventListener("securitypolicyviolation", tell);
  });
};

/** Attributes of the tags with this name, and what stands between them. */
function tags(html, name) {
  const found = html.matchAll(new RegExp(`<${name}\\b([^>]*)>(?:([^<]*)</${name}>)?`, "g"));
  return [...found].map(([, attributes, text]) => {
    const pairs = attributes.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
    return { ...Object.fromEntries([...pairs].map(([, key, value]) => [key, value ?? ""])), text: text ?? "" };
  });
}

/** Forgives a page what it was made to do wrong; returns what that was. */
const forget = (somebody) => somebody.wrongs.splice(0);

const built = () => readFileSync(join(dist, "index.html"), "utf8");

function digest(file, integrity) {
  const [algorithm] = integrity.split("-");
  return `${algorithm}-${createHash(algorithm).update(readFileSync(join(dist, file))).digest("base64")}`;
}

test("the page has no script, style or handler of its own, and the hash of each file it runs @once", () => {
  const html = built();
  const scripts = tags(html, "script");
  expect(scripts.map(({ src }) => src)).toEqual([
    expect.stringMatching(/^\.\/start-[0-9a-f]{8,16}\.js$/),
    expect.stringMatching(/^\.\/boot-[0-9a-f]{8,16}\.js$/),
  ]);
  for (const { src, text, integrity } of scripts) {
    expect(text).toBe("");
    expect(integrity).toBe(digest(src, integrity));
  }
  const [sheet] = tags(html, "link").filter(({ rel }) => rel === "stylesheet");
  expect(sheet.integrity).toBe(digest(sheet.href, sheet.integrity));
  const [start] = scripts;
  expect(start["data-integrity"]).toBe(digest(start["data-wasm"], start["data-integrity"]));
  expect(html.indexOf('rel="preload"'), "found before a script that is waited for").toBeLessThan(html.indexOf("boot-"));
  expect(tags(html, "style")).toEqual([]);
  expect(html.match(/<[^>]*\s(?:style|on\w+)=/i)).toBeNull();
});

test("the policy allows what is needed and nothing else @once", () => {
  const [policy] = tags(built(), "meta").filter((meta) => meta["http-equiv"] === "Content-Security-Policy");
  expect(policy.content.split("; ").sort()).toEqual([
    "base-uri 'none'",
    "connect-src 'self' ws: wss: http: https:",
    "default-src 'none'",
    "form-action 'none'",
    "img-src 'self' blob:",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "trusted-types kith",
    "worker-src 'self'",
  ]);
  const before = built().slice(0, built().indexOf("Content-Security-Policy"));
  expect(before, "it rules from the first tag on").not.toMatch(/<(script|link|style)\b/);
});

test("nothing that people do is refused", async ({ friends }) => {
  const refused = [];
  const fields = { "Phone or e-mail (optional)": `+48 5${String(Date.now()).slice(-8)}` };
  const prepare = watching(refused);
  const [ada, bob] = await friends({ ada: { prepare }, bob: { prepare }, adaFields: fields });
  const workers = ada.page.workers().map((worker) => new URL(worker.url()).pathname);
  expect(workers.sort()).toEqual(["/kith-phone_loader.js", "/tick.js"]);

  await ada.go("Settings");
  const chosen = ada.page.waitForEvent("filechooser");
  await ada.role("button", "Choose a picture").click();
  const buffer = await ada.page.screenshot();
  await (await chosen).setFiles({ name: "ada.png", mimeType: "image/png", buffer });
  await expect(ada.role("button", "Remove picture")).toBeVisible();
  await ada.page.getByRole("radio", { name: "Dark" }).check();

  await bob.go("Contacts");
  const picture = bob.contact("Ada").locator("img");
  await expect.poll(() => picture.evaluate((img) => img.complete && img.naturalWidth)).toBeGreaterThan(0);
  await bob.openChat("Ada");
  await ada.openChat("Bob");
  await ada.send("Look: https://example.org");
  await expect(bob.message("Look")).toBeVisible();
  await bob.send("Nice");
  await expect(ada.message("Nice")).toBeVisible();
  await ada.page.reload();
  await expect(ada.message("Nice")).toBeVisible();
  // Dragging sets a width, which must not need a style attribute.
  await ada.role("separator", "Width of the list").press("ArrowRight");
  expect(refused).toEqual([]);
});

test("a script that gets into the page does not run @once", async ({ person }) => {
  const refused = [];
  const ada = await person("Ada", {
    prepare: async (context) => {
      await watching(refused)(context);
      await context.route(/\/$/, async (route) => {
        const response = await route.fetch();
        const html = (await response.text()).replace(
          "<noscript>",
          "<script>globalThis.owned = 'a script in the page'</script>" +
            "<img src='x' onerror=\"globalThis.owned = 'a handler'\"><noscript>",
        );
        await route.fulfill({ response, body: html });
      });
    },
  });
  await expect(ada.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
  const attempts = await ada.page.evaluate(async () => {
    const attempt = (work) => {
      try {
        work();
        return "done";
      } catch (error) {
        return error.name;
      }
    };
    const link = Object.assign(document.createElement("a"), { href: "javascript:globalThis.owned = 'a link'" });
    document.body.append(link);
    link.click();
    const script = document.createElement("script");
    const names = {
      markup: attempt(() => (document.body.lastChild.innerHTML = "<b></b>")),
      adjacent: attempt(() => document.body.insertAdjacentHTML("beforeend", "<b></b>")),
      write: attempt(() => document.write("<b></b>")),
      text: attempt(() => (script.text = "globalThis.owned = 'text'")),
      address: attempt(() => (script.src = "https://evil.example/")),
      timer: attempt(() => setTimeout("globalThis.owned = 'a timer'")),
      worker: attempt(() => new Worker("data:text/javascript,")),
      policy: attempt(() => trustedTypes.createPolicy("kith", {})),
      other: attempt(() => trustedTypes.createPolicy("default", {})),
    };
    return { ...names, owned: globalThis.owned };
  });
  expect(attempts).toEqual({
    markup: "TypeError",
    adjacent: "TypeError",
    write: "TypeError",
    text: "TypeError",
    address: "TypeError",
    timer: "TypeError",
    worker: "TypeError",
    policy: "TypeError",
    other: "TypeError",
    owned: undefined,
  });
  await expect.poll(() => refused.filter((what) => what.startsWith("script-src")).length).toBeGreaterThanOrEqual(3);
  expect(await ada.page.evaluate(() => globalThis.owned)).toBeUndefined();
  expect(forget(ada).length, "every spec sees what is refused").toBeGreaterThanOrEqual(3);
});

test("inside another page it refuses, and asks for nothing @once", async ({ browser, newApp, broker }) => {
  const app = await newApp({ broker: broker.url });
  const host = await servePageAround(app.url);
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(host.url);
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Kith cannot start" })).toBeVisible();
  await expect(frame.getByRole("main")).toContainText("inside another page");
  expect(asked).not.toContain("/config.json");

  const opened = context.waitForEvent("page");
  await frame.getByRole("link", { name: "Open Kith by itself" }).click();
  await expect((await opened).getByRole("heading", { name: "Welcome to Kith" })).toBeVisible({ timeout: 20_000 });
  expect(asked, "the frame itself still has not").not.toContain("/config.json");
  await context.close();
  host.remove();
});

test.describe("what was changed on its way", () => {
  /** A page of which one file comes with a byte more. */
  const changed = (person, file) => {
    const spoil = (route) =>
      route.fetch().then(async (response) => {
        const space = file.source.includes("wasm") ? Buffer.of(0, 1, 0) : Buffer.from(" ");
        return route.fulfill({ response, body: Buffer.concat([await response.body(), space]) });
      });
    return person("Ada", { prepare: (context) => context.route(file, spoil) });
  };

  for (const [what, file] of [
    ["the script", /\/start-\w+\.js$/],
    ["the wasm", /\/kith-\w+_bg\.wasm$/],
  ]) {
    test(`${what} does not start, and the page says so @once`, async ({ person }) => {
      const ada = await changed(person, file);
      await expect(ada.role("heading", "Kith cannot start")).toBeVisible({ timeout: 20_000 });
      await expect(ada.role("main")).toContainText("not the one that belongs to this page");
      await expect(ada.page.getByRole("main")).toHaveCount(1);
      expect(forget(ada).join()).toContain("'integrity'");
    });
  }

  test("a part that is missing is told in the same way @once", async ({ person }) => {
    const gone = (route) => route.fulfill({ status: 404, body: "not found\n" });
    const ada = await person("Ada", { prepare: (context) => context.route(/_bg\.wasm$/, gone) });
    await expect(ada.role("main")).toContainText("A part of it is missing");
    forget(ada);
  });

  test("the first script and the style sheet are not used @once", async ({ person }) => {
    const boot = await changed(person, /\/boot-\w+\.js$/);
    await expect(boot.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
    await boot.page.evaluate(() => localStorage.setItem("kith.theme", "dark"));
    await boot.page.reload();
    await expect(boot.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
    expect(await boot.page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
    expect(forget(boot).length).toBe(2);

    const sheet = await changed(person, /\/style-\w+\.css$/);
    await expect(sheet.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
    expect(await sheet.page.evaluate(() => document.styleSheets.length)).toBe(0);
    expect(forget(sheet).length).toBe(1);
  });
});

test("the first screen takes six requests, the wasm is asked for once, and nobody is warned @once", async ({
  browser,
  app,
}) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const [asked, said] = [[], []];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  page.on("console", (line) => said.push(line.text()));
  await page.goto(app.url);
  await expect(page.getByRole("heading", { name: "Welcome to Kith" })).toBeVisible({ timeout: 20_000 });
  expect(asked.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  // No screen waits for the icon, nor for the worker that keeps the time.
  const awaited = asked.filter((path) => !["/icon.svg", "/tick.js"].includes(path));
  expect(awaited.length, asked.join(" ")).toBeLessThanOrEqual(6);
  expect(said).toEqual([]);
  await context.close();
});
