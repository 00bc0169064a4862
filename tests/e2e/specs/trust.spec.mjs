// Keys: nobody is asked about them, and whoever wants to can compare.
import { writeFile } from "node:fs/promises";
import { chromium } from "@playwright/test";
import { expect, test } from "../fixtures/test.mjs";
import { Person } from "../fixtures/person.mjs";

const dialogOf = (person, name) => person.role("dialog", `Verify ${name}`);

async function openVerification(person, name) {
  await person.openChat(name);
  await person.page.locator("header").getByRole("button", { name: "Chat actions" }).click();
  await person.page.getByRole("menuitem", { name: /^Verif/ }).click();
  await expect(person.page.getByRole("group", { name: "Safety number" })).toBeVisible();
  return dialogOf(person, name);
}

const number = (person) => person.page.getByRole("group", { name: "Safety number" }).innerText();
const badge = (person) => person.page.locator("header").getByText("Verified", { exact: true });

test("the safety number is the same on both screens, and makes verified", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await expect(ada.page.locator("header").getByText("Encrypted end to end")).toBeAttached();
  const [hers, his] = [await openVerification(ada, "Bob"), await openVerification(bob, "Ada")];
  const digits = (await number(ada)).replace(/\s/g, "");
  expect(digits).toMatch(/^\d{60}$/);
  expect((await number(bob)).replace(/\s/g, "")).toBe(digits);
  await hers.getByRole("button", { name: "They are the same" }).click();
  await expect(hers).toContainText("You have verified Bob.");
  await hers.getByRole("button", { name: "Close" }).click();
  await expect(badge(ada)).toBeVisible();
  // One person's word is that person's alone.
  await his.getByRole("button", { name: "Close" }).click();
  await expect(badge(bob)).toBeHidden();
  // It is kept, and can be taken back.
  await ada.page.reload();
  await expect(badge(ada)).toBeVisible();
  await ada.go("Contacts");
  await expect(ada.contact("Bob")).toContainText("Verified");
  await openVerification(ada, "Bob");
  await dialogOf(ada, "Bob").getByRole("button", { name: "Remove verification" }).click();
  const question = ada.role("dialog", "Remove the verification of Bob?");
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await expect(dialogOf(ada, "Bob")).toContainText("You have verified Bob.");
  await dialogOf(ada, "Bob").getByRole("button", { name: "Remove verification" }).click();
  await question.getByRole("button", { name: "Remove verification" }).click();
  await dialogOf(ada, "Bob").getByRole("button", { name: "Close" }).click();
  await expect(badge(ada)).toBeHidden();
});

test("a code that is typed verifies, another one is told about", async ({ friends }) => {
  const [ada, bob] = await friends();
  const [hers, his] = [await openVerification(ada, "Bob"), await openVerification(bob, "Ada")];
  const codeOf = (dialog) => dialog.getByText(/^KITH1:/).innerText();
  const type = async (text) => {
    await hers.getByRole("textbox", { name: "Their code" }).fill(text);
    await hers.getByRole("button", { name: "Compare", exact: true }).click();
  };
  await hers.getByText("Or type the safety number, or the code, that their screen shows").click();
  await type("nonsense");
  await expect(hers.getByRole("alert").filter({ hasText: "This is no code of Kith, nor a safety number, which has 60 digits." })).toBeVisible();
  await type(await codeOf(hers));
  await expect(hers.getByRole("alert").filter({ hasText: "That is your own code." })).toBeVisible();
  await type((await codeOf(his)).toLowerCase());
  await expect(hers).toContainText("You have verified Bob.");
});

test("emoji are compared on both screens at once, and verify both", async ({ friends }) => {
  const [ada, bob] = await friends();
  await bob.openChat("Ada");
  const dialog = await openVerification(ada, "Bob");
  await dialog.getByRole("button", { name: "Compare emoji" }).click();
  await expect(ada.role("dialog", "Compare emoji")).toContainText("Waiting for Bob");
  await bob.role("button", "Compare emoji").click();
  const emoji = async (person) => {
    const items = person.role("dialog", "Compare emoji").getByRole("listitem");
    await expect(items).toHaveCount(7);
    return items.allInnerTexts();
  };
  expect(await emoji(ada)).toEqual(await emoji(bob));
  await ada.role("button", "They are the same").click();
  await expect(ada.role("dialog", "Compare emoji")).toContainText("Waiting for Bob to say so");
  await bob.role("button", "They are the same").click();
  for (const person of [ada, bob]) {
    await expect(person.role("dialog", "Compare emoji")).toContainText("You have verified");
    await person.role("dialog", "Compare emoji").getByRole("button", { name: "Close" }).click();
    await expect(badge(person)).toBeVisible();
  }
});

test("emoji that differ warn, and nobody is verified", async ({ friends }) => {
  const [ada, bob] = await friends();
  await bob.openChat("Ada");
  await (await openVerification(ada, "Bob")).getByRole("button", { name: "Compare emoji" }).click();
  await bob.role("button", "Compare emoji").click();
  await ada.role("button", "They differ").click();
  await expect(ada.role("dialog", "Compare emoji")).toContainText("Somebody may stand between you");
  await expect(bob.role("dialog", "Compare emoji")).toContainText("Ada says that the emoji differ");
  await expect(badge(ada)).toBeHidden();
});

test("a link for one person makes a contact without a question, and verifies both", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  await ada.go("Contacts");
  await ada.role("button", "Make a link for one person").click();
  const field = ada.role("textbox", "Link for one person");
  await expect(field).toHaveValue(/#i=1&/);
  const link = await field.inputValue();
  const bob = await person("Bob", { fragment: link.slice(link.indexOf("#")) });
  await bob.role("textbox", "Your name").fill("Bob");
  await bob.role("button", "Start").click();
  await expect(badge(bob)).toBeVisible({ timeout: 20_000 });
  await expect(ada.contact("Bob")).toContainText("Verified");
  // The second one who comes with it is a stranger like any other.
  const eve = await person("Eve", { fragment: link.slice(link.indexOf("#")) });
  await eve.role("textbox", "Your name").fill("Eve");
  await eve.role("button", "Start").click();
  await expect(ada.role("list", "Requests")).toContainText("Eve");
  await expect(badge(eve)).toBeHidden();
});

/** A film of one picture: the code that a page shows, as a camera would see it. */
async function film(path, dialog) {
  const { side, modules } = await dialog.getByRole("img", { name: "Let the other scan this" }).evaluate((svg) => ({
    side: svg.viewBox.baseVal.width,
    modules: [...svg.querySelector(".qr-ink").getAttribute("d").matchAll(/M(\d+) (\d+)/g)].map(([, x, y]) => [+x, +y]),
  }));
  const [width, height] = [640, 480];
  const scale = Math.floor(height / side);
  const luma = Buffer.alloc(width * height, 200);
  for (const [x, y] of modules)
    for (let row = 0; row < scale; row += 1)
      luma.fill(30, (y * scale + row) * width + x * scale + 80, (y * scale + row) * width + (x + 1) * scale + 80);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((width * height) / 2, 128)]);
  await writeFile(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]));
}

test("a code is scanned by the camera", async ({ person, app, launchOptions }, testInfo) => {
  test.setTimeout(90_000);
  const path = testInfo.outputPath("code.y4m");
  const bob = await (await person("Bob")).signUp();
  const cameras = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`];
  const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, ...cameras] });
  try {
    const ada = await new Person("Ada", await browser.newContext({ permissions: ["camera"] }), app.url).open();
    await ada.signUp();
    await ada.befriend(bob);
    await film(path, await openVerification(bob, "Ada"));
    const dialog = await openVerification(ada, "Bob");
    await dialog.getByRole("button", { name: "Scan their code" }).click();
    await expect(dialog).toContainText("You have verified Bob.", { timeout: 30_000 });
    await expect(dialog.locator("video")).toBeHidden();
    expect(ada.wrongs).toEqual([]);
  } finally {
    await browser.close();
  }
});

test("without a camera it is said what else there is", async ({ friends }) => {
  const [ada] = await friends();
  const dialog = await openVerification(ada, "Bob");
  await dialog.getByRole("button", { name: "Scan their code" }).click();
  await expect(dialog.getByRole("alert").filter({ hasText: "camera" })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Stop scanning" })).toBeHidden();
  await expect(dialog.locator("video")).toBeHidden();
  await expect(ada.page.getByRole("group", { name: "Safety number" })).toBeVisible();
});

test("the words of the key are shown on request alone", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  await ada.go("Settings");
  await expect(ada.role("list", "Recovery words")).toBeHidden();
  await ada.role("button", "Show recovery words").click();
  const words = ada.role("list", "Recovery words").getByRole("listitem");
  await expect(words).toHaveCount(24);
  await ada.role("button", "Hide recovery words").click();
  await expect(ada.role("list", "Recovery words")).toBeHidden();
});

test("with the words somebody is the same person on another device", async ({ person, friends }) => {
  const [ada, bob] = await friends();
  const bobsId = await bob.id();
  await (await openVerification(bob, "Ada")).getByRole("button", { name: "They are the same" }).click();
  await dialogOf(bob, "Ada").getByRole("button", { name: "Close" }).click();
  const id = await ada.id();
  await ada.role("button", "Show recovery words").click();
  const words = await ada.role("list", "Recovery words").getByRole("listitem").allInnerTexts();
  await ada.close();

  const again = await person("Ada");
  await again.fillWelcome();
  await again.role("button", "I have my recovery words").click();
  const field = again.role("textbox", "Your 24 recovery words");
  await expect(field).toBeFocused();
  await field.fill(words.slice(1).join(" "));
  await again.role("button", "Start").click();
  await expect(again.page.getByText("There are 23 words here.")).toBeVisible();
  await expect(field).toBeFocused();
  // As a list is copied.
  await field.fill(words.map((word, at) => `${at + 1}. ${word}`).join("\n"));
  await again.role("button", "Start").click();
  // Words alone make another person of somebody who had given a number.
  await again.role("dialog", "Had you given a phone number or an e-mail address?").getByRole("button", { name: "No, I had given none" }).click();
  await expect(again.main).toBeVisible();
  await again.connected();
  expect(await again.id()).toBe(id);
  await again.ask(bobsId);
  await expect(again.contact("Bob")).toContainText("online");
  await again.openChat("Bob");
  await again.send("it is me again");
  await bob.openChat("Ada");
  await expect(bob.message("it is me again")).toBeVisible();
  await expect(badge(bob)).toBeVisible();
});

test("a profile for contacts alone is on no server, and contacts have it", async ({ friends, broker, canaries }) => {
  const { Peer } = await import("../fixtures/mqtt.mjs");
  const [ada, bob] = await friends();
  const eve = await Peer.connect(broker.url);
  const topic = `kith/users/${await ada.id()}/info`;
  expect(await eve.read(topic)).toContain("Ada");
  await ada.role("checkbox", "Only my contacts see my profile").check();
  await expect.poll(() => eve.read(topic)).not.toContain("Ada");
  canaries.secret("Counts engines");
  await ada.role("textbox", "About").fill("Counts engines");
  await ada.role("button", "Save", { exact: true }).first().click();
  await bob.go("Contacts");
  await expect(bob.contact("Ada")).toContainText("Counts engines");
  expect(await eve.read(topic)).not.toContain("engines");
  await ada.page.reload();
  await ada.connected();
  await expect(ada.role("checkbox", "Only my contacts see my profile")).toBeChecked();
  await eve.leave();
});

test("one screen says what the broker can see, and where it leads can be reloaded", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  await ada.go("Settings");
  await ada.role("link", "What the broker can see").click();
  await expect(ada.role("heading", "What the broker can see")).toBeVisible();
  await expect(ada.page.getByText("It cannot see")).toBeVisible();
  await ada.page.reload();
  await expect(ada.role("heading", "What the broker can see")).toBeVisible();
  await ada.page.goBack();
  await expect(ada.role("heading", "Privacy")).toBeVisible();
});
