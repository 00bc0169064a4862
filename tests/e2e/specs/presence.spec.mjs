// Who is there, and who went, however they went.
import { rm, mkdtemp, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "../fixtures/test.mjs";
import { Person } from "../fixtures/person.mjs";

/** What a friend's line says of somebody who is gone. */
const gone = /last seen just now/;

test("both see the other come and go", async ({ friends }) => {
  const [ada, bob] = await friends();
  await expect(bob.contact("Ada")).toContainText("online");
  await bob.close();
  await expect(ada.contact("Bob")).toContainText(gone);
  await bob.reopen("#/contacts");
  await expect(ada.contact("Bob")).toContainText("online");
  await expect(bob.contact("Ada")).toContainText("online");
  await ada.close();
  await expect(bob.contact("Ada")).toContainText(gone);
});

test("a tab that crashes is offline", async ({ friends }) => {
  const [ada, bob] = await friends();
  const devtools = await bob.context.newCDPSession(bob.page);
  const crashed = bob.page.waitForEvent("crash");
  devtools.send("Page.crash").catch(() => {});
  await crashed;
  await expect(ada.contact("Bob")).toContainText(gone, { timeout: 45_000 });
  await bob.reopen("#/contacts");
  await expect(ada.contact("Bob")).toContainText("online");
});

test("a browser that is killed is offline, and has lost nothing", async ({ person, app, playwright, launchOptions }) => {
  const profile = await mkdtemp(join(tmpdir(), "kith-profile-"));
  const launch = () => playwright.chromium.launchPersistentContext(profile, launchOptions);
  const ada = await (await person("Ada")).signUp();
  const bob = await (await new Person("Bob", await launch(), app.url).open()).signUp();
  await ada.befriend(bob);
  await bob.openChat("Ada");
  await bob.send("Before");
  await expect(bob.message("Before")).toHaveText(/Delivered$/);

  // Its own lock names the process.
  const pid = Number((await readlink(join(profile, "SingletonLock"))).split("-").at(-1));
  const closed = bob.context.waitForEvent("close");
  process.kill(pid, "SIGKILL");
  await closed;
  await expect(ada.contact("Bob")).toContainText(gone, { timeout: 45_000 });

  await ada.openChat("Bob");
  await ada.send("Meanwhile");
  bob.context = await launch();
  await bob.reopen("#/chats");
  await bob.openChat("Ada");
  await expect(bob.message("Meanwhile")).toBeVisible();
  expect(await bob.texts()).toEqual(["Before", "Meanwhile"]);
  expect(await ada.texts()).toEqual(["Before", "Meanwhile"]);
  expect(bob.wrongs).toEqual([]);
  await bob.context.close();
  await rm(profile, { recursive: true, force: true });
});

test("a network that dies without a word is offline within one and a half keep-alives", async ({ friends, newWire, brokerKind }) => {
  test.setTimeout(120_000);
  const wire = await newWire();
  const [ada, bob] = await friends({ bobFields: { "Server address": wire.url } });
  wire.stall();
  await expect(ada.contact("Bob")).toContainText(gone, { timeout: 60_000 });
  // From the broker's last byte on, in whichever direction: mqtt5 counts anew when it sends something itself, and
  // mosquitto looks every five seconds. One more is for our own looking.
  const late = { embedded: 0, mosquitto: 5_000 }[brokerKind] + 1_000;
  expect(wire.quietFor()).toBeLessThan(45_000 + late);
  // The one who is cut off has found out as well, and comes back by themselves.
  await expect(bob.connection).toHaveText(/^(Offline|Reconnecting)/);
  wire.mend();
  await bob.tryNow();
  await bob.connected(30_000);
  await expect(ada.contact("Bob")).toContainText("online");
});
