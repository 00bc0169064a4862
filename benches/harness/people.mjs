// People who use Kith by its own screens, as a person would. Those who need no page are robots (tools/robot).

import { createHash } from "node:crypto";

import { openPage } from "./browser.mjs";
import { sleep } from "./tools.mjs";

/** The id of an e-mail address, as Kith makes it. */
export const idOf = (email) => createHash("md5").update(email).digest("hex");

/** A page of Kith in the profile, at an origin of its own: `http://<name>.localhost:<port>`. */
export async function openKith(profile, app, name) {
  const tab = await openPage(profile.context);
  tab.url = `http://${name}.localhost:${app.port}/`;
  return tab;
}

/** Begins as somebody. */
export async function begin(tab, name, email) {
  await tab.page.goto(tab.url);
  await tab.page.getByLabel("Your name").fill(name);
  await tab.page.getByLabel(/e-mail/).fill(email);
  await tab.page.getByRole("button", { name: "Start", exact: true }).click();
  await tab.page.getByRole("navigation", { name: "Main" }).waitFor();
  await tab.page.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
  // What it listens to is asked for after that.
  await sleep(500);
  tab.check();
}

const invite = (broker, id, name) =>
  `#i=1&b=${encodeURIComponent(broker.url)}&r=kith&u=${id}&d=${encodeURIComponent(name)}`;

/** Asks somebody for contact by their invite link. */
export async function ask(tab, broker, id, name) {
  await tab.page.evaluate((hash) => (location.hash = hash), invite(broker, id, name));
  await tab.page.getByRole("button", { name: "Send request" }).click();
}

/** Accepts the one who asks. */
export async function accept(tab) {
  await tab.page.evaluate(() => (location.hash = "#/contacts"));
  await tab.page.getByRole("button", { name: "Accept" }).click();
  await tab.page.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
}

export async function openChat(tab, id) {
  await tab.page.evaluate((id) => (location.hash = `#/chats/${id}`), id);
  await tab.page.getByRole("textbox", { name: "Message" }).waitFor();
}

/** A text of exactly 200 bytes that begins with the marker. */
export const words = (marker) => `${marker} `.padEnd(200, "lorem ipsum dolor sit amet ");
