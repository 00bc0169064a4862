// Somebody comes back after a long time.
import { expect, test } from "../fixtures/test.mjs";

const count = 1_000;

test("a thousand messages that came meanwhile are all there, in order", async ({ friends }) => {
  test.setTimeout(120_000);
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await bob.close();
  const texts = Array.from({ length: count }, (_, at) => `Number ${at + 1}.`);
  await ada.burst(texts);
  await expect(ada.message("Number 1000.")).toHaveText(/Sent$/, { timeout: 60_000 });

  await bob.reopen("#/chats");
  await expect(bob.page).toHaveTitle("(1000) Kith", { timeout: 60_000 });
  await expect(bob.chat("Ada")).toContainText("1000 unread");
  await expect(ada.message("Number 1000.")).toHaveText(/Delivered$/, { timeout: 30_000 });

  // The chat opens where reading goes on, and from there to the end nothing is missing or twice.
  await bob.openChat("Ada");
  await expect(bob.log.getByRole("separator", { name: "New messages" })).toBeInViewport();
  await expect(bob.message("Number 1.").first()).toBeInViewport();
  expect(await readDown(bob, "Number 1000.")).toEqual(texts);
  await expect(bob.page).toHaveTitle("Kith");
  await expect(ada.message("Number 1000.")).toHaveText(/Read$/, { timeout: 30_000 });

  // The other way round as well, after a reload.
  await bob.page.reload();
  await expect(bob.message("Number 1000.")).toBeInViewport();
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
