// Every byte between two people and their broker, and between them and the page's server, is read: nothing of what they
// say, and neither number nor address, is there in any form. (What is typed in the other specs is looked for, too, on
// their wires: fixtures/canary.mjs.)
import { expect, test } from "../fixtures/test.mjs";
import { found, isProfile, overheard } from "../fixtures/canary.mjs";
import { Peer } from "../fixtures/mqtt.mjs";
import { expectSame } from "../fixtures/person.mjs";

const handle = "Phone or e-mail (optional)";

test("nothing that is said, and no number or address, is on the wire", async ({ person, newApp, newWire, robot }) => {
  test.setTimeout(120_000);
  const wire = await newWire();
  const app = await newApp({ broker: wire.url });
  const front = await newWire(app.port);
  const tapes = () => [...wire.tapes, ...front.tapes];
  const [secrets, profiles] = [["+48537942168", "537942168", "537 942 168", "wilhelm@quagga.example", "quagga"], []];
  /** A text with a word that stands nowhere else. */
  const say = (word, said = `Do you know ${word}, Wilhelm?`) => (secrets.push(word), said);

  const [ada, bob] = await Promise.all(
    ["Adalgisa", "Wilhelmine"].map((name) => (profiles.push(name), person(name, { url: front.page }))),
  );
  await ada.signUp({ [handle]: "+48 537 942 168" });
  await bob.signUp({ [handle]: "Wilhelm@Quagga.example" });
  await ada.go("Settings");
  for (const [field, word] of [["About", "Zwiebelmuster"], ["Status", "Sternwarte"]]) {
    profiles.push(word);
    await ada.role("textbox", field).fill(word);
  }
  await ada.role("region", "Profile").getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByText("Saved", { exact: true })).toBeVisible();

  // By address, by invite, by number; an answer, and none.
  await ada.ask("wilhelm@quagga.example");
  await bob.answer("Adalgisa", "Accept");
  await expect(ada.contact("Wilhelmine")).toContainText("online");
  profiles.push("Kunigunde");
  const carol = await person("Kunigunde", { url: front.page, fragment: new URL(await ada.inviteLink()).hash });
  await carol.role("textbox", "Your name").fill("Kunigunde");
  await carol.role("button", "Start").click();
  await carol.send(say("chrysanthemum"));
  await ada.answer("Kunigunde", "Accept");
  await expect(carol.message("chrysanthemum")).toHaveText(/(Delivered|Read)$/);
  profiles.push("Notker");
  const notker = await robot("Notker", { broker: wire.url });
  notker.ask("+48 537 942 168");
  await ada.answer("Notker", "Decline");

  // Both ways, edited, taken back, typed and not sent.
  await Promise.all([ada.openChat("Wilhelmine"), bob.openChat("Adalgisa")]);
  await ada.send(say("hippopotamus"));
  await bob.send(say("Wüstenfuchs"));
  await ada.send(say("salamander"));
  await expect(ada.message("salamander")).toHaveText(/Read$/);
  const act = async (text, action) => {
    await ada.message(text).hover();
    await ada.message(text).getByRole("button", { name: "Message actions" }).click();
    await ada.role("menuitem", action).click();
  };
  await act("salamander", "Edit");
  await ada.composer.fill(say("axolotl-axolotl"));
  await ada.composer.press("Enter");
  await expect(bob.message("axolotl-axolotl")).toContainText("edited");
  await ada.send(say("tardigrade"));
  await expect(bob.message("tardigrade")).toBeVisible();
  await act("tardigrade", "Delete for everyone");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  await expect(bob.message("This message was deleted")).toBeVisible();
  await bob.composer.pressSequentially(say("pangolin"));
  await expect(ada.page.getByRole("paragraph").filter({ hasText: "typing…" })).toBeVisible();

  // Loaded again, and cut off.
  await ada.page.reload();
  await ada.connected();
  await ada.send(say("rhinoceros"));
  await expect(bob.message("rhinoceros")).toBeVisible();
  wire.cut();
  await expect(ada.connection).toHaveText(/^(Offline|Reconnecting)/, { timeout: 5_000 });
  await ada.send(say("cassowary"));
  wire.mend();
  await Promise.all([ada.connected(), bob.connected()]);
  await expect(bob.message("cassowary")).toBeVisible({ timeout: 30_000 });
  await bob.composer.fill(say("okapi-okapi"));
  await bob.composer.press("Enter");
  await expect(ada.message("okapi-okapi")).toBeVisible();
  await expectSame(ada, bob, await ada.texts());

  // One person's invite: the secret in it goes by other ways than this one.
  notker.order({ order: "invite" });
  const { link } = await notker.told({ event: "invite" });
  secrets.push(new URLSearchParams(new URL(link).hash.slice(1)).get("s"));
  profiles.push("Ekkehard");
  const ekkehard = await robot("Ekkehard", { broker: wire.url });
  ekkehard.ask(link);
  await notker.told({ event: "contact", id: ekkehard.id, relation: "Friend", keys: "Verified" });

  // The names are there, but where they are for everybody.
  const published = found(tapes(), profiles.slice(0, 1));
  expect(published.some((place) => /^Adalgisa, plain, in .*info$/.test(place))).toBe(true);
  expect(published.some((place) => /^Adalgisa, base64, in .*info$/.test(place))).toBe(true);
  expect(overheard(wire.tapes).filter(({ topic }) => /\/Inbox\/m$/.test(topic)).length).toBeGreaterThan(20);
  expect(overheard(front.tapes).length).toBeGreaterThan(0);

  expect(found(tapes(), secrets)).toEqual([]);
  expect(found(tapes(), profiles, isProfile)).toEqual([]);
});

test("what is typed in any test is found where somebody repeats it in the clear @once", async ({
  friends,
  robot,
  broker,
  app,
  canaries,
}) => {
  const [ada, bob] = await friends({ adaFields: { [handle]: "ada@nowhere.example" } });
  await ada.openChat("Bob");
  await ada.send("Chameleon");
  await bob.openChat("Ada");
  await bob.composer.pressSequentially("Basilisk");
  const notker = await robot("Notker Balbulus");
  notker.ask("ada@nowhere.example");
  const peer = await Peer.connect(broker.url);
  expect(canaries.found()).toEqual([]);
  const said = ["Chameleon", "Basilisk", "ada@nowhere.example", "Notker Balbulus"];
  for (const [at, text] of said.entries()) await peer.publish(`clear/${at}`, text);
  await peer.leave();
  await fetch(`${app.url}icon.svg?said=Chameleon`);
  const places = said.map((text, at) => `${text}, plain, in clear/${at}`);
  // Other forms of what needs no escaping look the same.
  const plain = canaries.found().filter((place) => place.includes(", plain, "));
  expect(plain.sort()).toEqual([...places, "Chameleon, plain, in HTTP"].sort());
  said.forEach((text) => canaries.expose(text));
});

test("what is said in the clear is found in whatever form @once", async ({ newWire }) => {
  const wire = await newWire();
  const canary = "Köhlerliesel ~~~???";
  const bytes = Buffer.from(canary);
  const wide = Buffer.from(canary, "utf16le");
  const written = {
    plain: bytes,
    base64: Buffer.concat([Buffer.from("."), bytes]).toString("base64"),
    base64url: bytes.toString("base64url"),
    hexadecimal: bytes.toString("hex"),
    "UTF-16": Buffer.from(wide).swap16(),
    "percent-encoded": encodeURIComponent(canary),
    "as JSON escapes it": canary.replace("ö", "\\u00f6"),
    "in other case": canary.toUpperCase(),
  };
  const peer = await Peer.connect(wire.url);
  const heard = await peer.overhear("clear/plain");
  for (const [form, payload] of Object.entries(written)) await peer.publish(`clear/${form}`, payload);
  await expect.poll(() => heard.length).toBe(1);
  await peer.leave();
  const places = found(wire.tapes, [canary]);
  for (const form of Object.keys(written)) {
    expect(places).toContain(`${canary}, ${form === "base64url" ? "base64" : form}, in clear/${form}`);
  }
  expect(found(wire.tapes, ["Köhlerlisbeth"])).toEqual([]);
});
