// What can be wrong around a well-meaning person: servers, fields, storage, clocks.
import { randomBytes } from "node:crypto";
import { expect, test } from "../fixtures/test.mjs";
import { expectSame } from "../fixtures/person.mjs";
import { badBroker } from "../fixtures/mqtt.mjs";

/** Signs up although the server cannot be reached. */
async function begin(person, fields = {}) {
  await person.fillWelcome(fields);
  await person.role("button", "Start").click();
  await expect(person.main).toBeVisible();
}

async function changeServer(person, fields) {
  await person.go("Settings");
  const form = person.role("region", "Connection");
  for (const [name, text] of Object.entries(fields)) await form.getByRole("textbox", { name }).fill(text);
  await form.getByRole("button", { name: "Save" }).click();
}

test.describe("servers", () => {
  test("down at the start, and up later", async ({ person, newBroker }) => {
    const broker = await newBroker();
    await broker.kill();
    const ada = await person("Ada");
    await begin(ada, { "Server address": broker.url });
    await expect(ada.connection).toHaveText(/^Reconnecting.*No web server answers there\..*host.*port.*certificate/);
    await expect(ada.page.getByText("You have no chats yet.")).toBeVisible();
    await broker.start();
    // It may be back by itself before the button is reached.
    await ada.tryNow();
    await ada.connected();
    await expect(ada.role("button", "Try now")).toBeHidden();
  });

  test("going away in the middle", async ({ person, newBroker }) => {
    const broker = await newBroker();
    const ada = await (await person("Ada")).signUp({ "Server address": broker.url });
    await broker.kill();
    await expect(ada.connection).toHaveText(/^Reconnecting/, { timeout: 5_000 });
    // The address was right a moment ago, and is not blamed.
    await expect(ada.connection).toContainText("The server does not answer at the moment. Nothing is lost");
    await ada.go("Settings");
    await expect(ada.role("heading", "Settings")).toBeVisible();
    await broker.start();
    await ada.connected(30_000);
  });

  test("a wrong path is told about and can be put right", async ({ person, app, broker, brokerKind }) => {
    // Mosquitto takes any path: the server that the page came from stands for a proxy in front of the broker.
    const wrong = brokerKind === "embedded" ? broker.url.replace(/mqtt$/, "mqt") : `ws://127.0.0.1:${app.port}/mqt`;
    const ada = await person("Ada");
    await begin(ada, { "Server address": wrong });
    await expect(ada.connection).toHaveText(/^Reconnecting.*A web server answers there, but not as an MQTT server\..*the path/);
    await ada.go("Settings");
    const look = ada.role("link", "Open this address in a tab");
    await expect(look).toHaveAttribute("href", wrong.replace("ws:", "http:"));
    await expect(look).toHaveAttribute("target", "_blank");
    await expect(look).toHaveAttribute("rel", /noopener/);
    await changeServer(ada, { "Server address": broker.url });
    await ada.connected();
    await ada.page.reload();
    await ada.connected();
  });

  test("a wrong password is told about and can be put right @mosquitto", async ({ person, newBroker }) => {
    const broker = await newBroker({ users: { ada: "right" } });
    const ada = await person("Ada");
    await ada.fillWelcome({ "Server address": broker.url });
    await ada.role("button", "Advanced").click();
    await ada.role("textbox", "User name").fill("ada");
    await ada.role("textbox", "Password").fill("wrong");
    await ada.role("button", "Start").click();
    await expect(ada.connection).toHaveText(/^Offline.*Check (them|user name and password)/);
    expect(ada.page.url()).not.toContain("wrong");
    await changeServer(ada, { Password: "right" });
    await ada.connected();
    // It is of use only to that server, and only there may it go.
    expect(await ada.inviteLink()).not.toContain("right");
  });

  for (const [code, words] of [
    [1, "The server does not speak MQTT 3.1.1."],
    [2, "The server refuses this device's name."],
    [4, "The server does not accept the user name or password."],
    [5, "The server does not let you in."],
  ]) {
    test(`one that refuses with code ${code} @once`, async ({ person }) => {
      let attempts = 0;
      const server = await badBroker((socket) => {
        attempts += 1;
        socket.send(Buffer.of(0x20, 2, 0, code));
        socket.close();
      });
      const ada = await person("Ada");
      await begin(ada, { "Server address": server.url });
      await expect(ada.connection).toContainText(words);
      await expect(ada.connection).toHaveText(/^Offline/);
      // Only the person can change that: it is not asked again and again.
      const before = attempts;
      await ada.tryNow();
      await expect.poll(() => attempts).toBe(before + 1);
      expect(before).toBe(1);
      server.remove();
    });
  }

  for (const [what, answer, words] of [
    ["one that is busy", (socket) => socket.send(Buffer.of(0x20, 2, 0, 3)), /^Reconnecting.*is busy or being restarted/],
    ["one that refuses for its own reasons", (socket) => socket.send(Buffer.of(0x20, 2, 0, 77)), /^Reconnecting.*does not say why/],
    ["one that hangs up", (socket) => socket.terminate(), /^Reconnecting.*hung up before it had answered/],
    ["one that speaks something else", (socket) => socket.send(Buffer.from("HTTP/1.1 200 OK\r\n")), /^Reconnecting.*is no MQTT server/],
    ["one that speaks in text", (socket) => socket.send("hello"), /^Reconnecting.*is no MQTT server/],
    ["one that claims 256 MiB to come", (socket) => socket.send(Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)), /^Reconnecting.*is no MQTT server/],
  ]) {
    test(`${what} @once`, async ({ person }) => {
      const server = await badBroker(answer);
      const ada = await person("Ada");
      await begin(ada, { "Server address": server.url });
      await expect(ada.connection).toHaveText(words);
      server.remove();
    });
  }

  test("ws:// from an https page is refused with the reason @once", async ({ person, newApp }) => {
    const app = await newApp({ broker: "wss://kith.example/mqtt" });
    // The page comes over https as far as the browser is concerned.
    const prepare = (context) =>
      context.route("https://kith.example/**", async (route) => {
        const { pathname } = new URL(route.request().url());
        // When the test is over the page may still ask for its icon.
        const response = await route.fetch({ url: app.url + pathname.slice(1) }).catch(() => undefined);
        await (response ? route.fulfill({ response }) : route.abort());
      });
    const ada = await person("Ada", { url: "https://kith.example/", prepare });
    const opened = [];
    ada.page.on("websocket", (socket) => socket.url().startsWith("ws:") && opened.push(socket.url()));
    await ada.fillWelcome({ "Server address": "ws://pi.example:9001/mqtt" });
    await ada.role("button", "Start").click();
    const why = "This page came over https, so the browser only allows addresses that begin with wss://.";
    await expect(ada.page.getByText(why)).toBeVisible();
    await expect(ada.main).toBeHidden();

    // An invite from a page on http names such a server as well.
    const invite = `i=1&b=${encodeURIComponent("ws://pi.example:9001/mqtt")}&r=kith&u=${"ab".repeat(16)}&d=Bob`;
    await ada.page.evaluate((hash) => (location.hash = hash), invite);
    await expect(ada.page.getByText("Bob invites you to chat")).toBeVisible();
    await ada.role("button", "Start").click();
    await expect(ada.page.getByText(why)).toBeVisible();
    expect(opened.filter((url) => !url.includes("trunk"))).toEqual([]);
  });
});

test.describe("fields", () => {
  const bad = {
    "markup": `<img src=x onerror="hacked=1"><script>hacked=1</script>`,
    "a direction override": "Ada\u202Enoitcerid \u2066isolated",
    "ten thousand characters": "x".repeat(10_000),
    "a tower of accents": `e${"\u0301".repeat(5_000)}`,
    "control characters": "a\u0000b\u0007c",
  };

  for (const [what, text] of Object.entries(bad)) {
    test(`${what} in every field`, async ({ person, friends, canaries }) => {
      // As name, and as message.
      canaries.publish(text);
      const hacked = ({ page }) => page.evaluate(() => "hacked" in window || document.querySelector("img[src=x]") !== null);
      const carol = await person("Carol");
      await carol.fillWelcome();
      await carol.showServer();
      await carol.role("button", "Advanced").click();
      for (const field of ["Phone or e-mail (optional)", "Server address", "Password", "Topic root", "Your name"]) {
        await carol.role("textbox", field).fill(text);
      }
      await carol.role("button", "Start").click();
      await expect(carol.page.getByRole("alert").filter({ hasText: /./ }).first()).toBeVisible();
      await expect(carol.main).toBeHidden();
      expect(await hacked(carol)).toBe(false);

      const [ada, bob] = await friends();
      const dialog = await ada.ask(text);
      await expect(dialog.getByRole("alert").filter({ hasText: /./ })).toBeVisible();
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await ada.go("Chats");
      await ada.role("searchbox", "Search").fill(text);
      await expect(ada.page.getByText("No chat is named")).toBeVisible();
      await ada.role("searchbox", "Search").fill("");

      await ada.go("Settings");
      const profile = ada.role("region", "Profile");
      for (const field of ["Your name", "About", "Status"]) {
        // One after the other, for a refused one keeps the others back.
        const box = profile.getByRole("textbox", { name: field });
        const before = await box.inputValue();
        await box.fill(text);
        await profile.getByRole("button", { name: "Save" }).click();
        if (text.length === 10_000) {
          await expect(profile.getByText(/This is too long\. At most \d+ characters fit\./)).toBeVisible();
          await box.fill(before);
        } else {
          await expect(ada.page.getByText("Saved", { exact: true })).toBeVisible();
        }
      }
      await bob.go("Contacts");
      const line = bob.role("list", "Contacts").getByRole("listitem");
      await expect(line).toContainText("online");
      // What is seen has no control characters, no overrides, and no towers.
      await expect(line).not.toContainText(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069]|\u0301{5}/);

      await ada.go("Chats");
      await ada.role("list", "Chats").getByRole("link").click();
      await ada.composer.fill(text);
      if (text.length >= 10_000 || Buffer.byteLength(text) > 8192) {
        await expect(ada.page.getByText(/too long to send in one message\. Shorten it by \d+ characters/)).toBeVisible();
        await expect(ada.role("button", "Send")).toBeDisabled();
        await ada.composer.fill(text.slice(0, 4_000));
      }
      await ada.composer.press("Enter");
      await bob.go("Chats");
      await bob.role("list", "Chats").getByRole("link").click();
      await expect(bob.articles).toHaveCount(1);
      const [[sent], [came]] = [await ada.texts(), await bob.texts()];
      expect(came).toBe(sent);
      expect(came).not.toMatch(/[\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
      for (const somebody of [ada, bob]) {
        expect(await hacked(somebody)).toBe(false);
        expect(await somebody.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      }
    });
  }
});

test.describe("storage", () => {
  test("denied: it works, and says that nothing will stay", async ({ person }) => {
    // What Chromium does where the person forbids a site to store anything.
    const prepare = (context) =>
      context.addInitScript(() => {
        const deny = () => {
          throw new DOMException("denied", "SecurityError");
        };
        for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get: deny });
        }
      });
    const [ada, bob] = await Promise.all([person("Ada", { prepare }), person("Bob")]);
    await Promise.all([ada.signUp(), bob.signUp()]);
    await expect(ada.page.getByRole("alert").getByText("does not let Kith store anything")).toBeVisible();
    await ada.befriend(bob);
    await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
    await ada.send("Still");
    await bob.send("Works");
    await expectSame(ada, bob, ["Still", "Works"]);
    await ada.page.reload();
    await expect(ada.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
  });

  test("full: what came is not acknowledged, and is there when there is room", async ({ friends, app }) => {
    test.setTimeout(120_000);
    const { origin } = new URL(app.url);
    let devtools;
    // Before the first use: Chromium trusts the answer to its question for a while.
    const prepare = async (context) => {
      devtools = await context.newCDPSession(await context.newPage());
      await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 200_000 });
    };
    const [ada, bob] = await friends({ bob: { prepare } });
    await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
    // Nothing that could be compressed.
    const texts = Array.from({ length: 40 }, (_, at) => `${at + 1}. ${randomBytes(5_700).toString("base64")}`);
    await ada.burst(texts);
    await expect(bob.page.getByRole("alert").getByText("cannot store anything more on this device")).toBeVisible({ timeout: 30_000 });
    await expect(ada.message("40. ")).toHaveText(/Sent$/);

    await devtools.send("Storage.overrideQuotaForOrigin", { origin });
    await expectSame(ada, bob, texts);
    await bob.page.reload();
    await expectSame(ada, bob, texts);
  });
});

test.describe("clocks", () => {
  const day = 24 * 60 * 60 * 1000;
  for (const [what, wrong] of [["ahead", day], ["behind", -day]]) {
    test(`a day ${what}: both see the same, in the order in which it was said`, async ({ person }) => {
      const prepare = (context) =>
        context.addInitScript((wrong) => {
          const Real = Date;
          globalThis.Date = class extends Real {
            constructor(...args) {
              if (args.length === 0) super(Real.now() + wrong);
              else super(...args);
            }
            static now() {
              return Real.now() + wrong;
            }
          };
        }, wrong);
      const [ada, bob] = await Promise.all([person("Ada", { prepare }), person("Bob")]);
      await Promise.all([ada.signUp(), bob.signUp()]);
      // Who is online is told with an end, and by one of the two clocks that is over: nobody waits for it here.
      await ada.ask(await bob.id());
      await bob.answer("Ada", "Accept");
      await expect(ada.contact("Bob")).not.toContainText("Waiting for an answer");
      await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
      const said = [];
      for (let round = 1; round <= 3; round += 1) {
        for (const [one, other] of [[ada, bob], [bob, ada]]) {
          const text = `${one.name} ${round}`;
          said.push(text);
          await one.send(text);
          await expect(other.message(text)).toBeVisible();
        }
      }
      await expectSame(ada, bob, said);
      expect(await bob.texts()).toEqual(said);
      // Nothing was said tomorrow.
      const date = await bob.page.evaluate(() => new Date().toDateString());
      const written = await bob.log.getByRole("time").evaluateAll((times) => times.map(({ title }) => title));
      expect(written).toHaveLength(said.length);
      for (const when of written) expect(new Date(when.replace(" at ", " ")).getTime()).toBeLessThanOrEqual(Date.parse(date) + day);
      await Promise.all([ada.page.reload(), bob.page.reload()]);
      await expectSame(ada, bob, said);
      expect(await ada.texts()).toEqual(said);

      await ada.close();
      await bob.go("Contacts");
      await expect(bob.contact("Ada")).toContainText("last seen just now");
    });
  }
});
