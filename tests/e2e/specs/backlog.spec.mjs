// Somebody comes back after a long time.
import { expect, test } from "../fixtures/test.mjs";

// More than a session encrypts without an answer: the last hundred come by a new one.
const count = 1_100;

test("a thousand messages that came meanwhile are all there, in order", async ({ robot, person }) => {
  test.setTimeout(120_000);
  const [ada, bob] = await Promise.all([robot("Ada"), person("Bob")]);
  await bob.signUp();
  const id = await bob.id();
  ada.ask(id);
  await bob.answer("Ada", "Accept");
  await ada.befriended(id);
  await bob.close();
  const texts = Array.from({ length: count }, (_, at) => `Number ${at + 1}.`);
  await ada.send(id, texts.slice(0, 900));
  // Of these some wait: a thousand at the most are on their way to one person.
  ada.order({ order: "send", to: id, texts: texts.slice(900) });

  await bob.reopen("#/chats");
  await expect(bob.page).toHaveTitle("(1100) Kith", { timeout: 60_000 });
  await expect(bob.chat("Ada")).toContainText("1100 unread");
  await ada.delivered();

  // The chat opens where reading goes on, and from there to the end nothing is missing or twice.
  await bob.openChat("Ada");
  await expect(bob.log.getByRole("separator", { name: "New messages" })).toBeInViewport();
  await expect(bob.message("Number 1.").first()).toBeInViewport();
  expect(await readDown(bob, "Number 1100.")).toEqual(texts);
  await expect(bob.page).toHaveTitle("Kith");
  await ada.read(id);

  // The other way round as well, after a reload.
  await bob.page.reload();
  await expect(bob.message("Number 1100.")).toBeInViewport();
  await bob.log.hover();
  await expect(async () => {
    await bob.page.mouse.wheel(0, -20_000);
    await expect(bob.message("Number 1.").first()).toBeInViewport({ timeout: 500 });
  }).toPass({ timeout: 30_000, intervals: [0] });
});

/** Reads from the top of what is shown down to a text; the log holds one stretch of the conversation at a time. */
async function readDown(person, last) {
  const read = [];
  await person.log.hover();
  await expect(async () => {
    const texts = await person.texts();
    const known = texts.indexOf(read.at(-1));
    if (read.length > 0) expect(known).toBeGreaterThanOrEqual(0);
    read.push(...texts.slice(known + 1));
    await person.page.mouse.wheel(0, 1_500);
    expect(read.at(-1)).toBe(last);
    await expect(person.message(last)).toBeInViewport({ timeout: 100 });
  }).toPass({ timeout: 60_000, intervals: [20] });
  return read;
}
