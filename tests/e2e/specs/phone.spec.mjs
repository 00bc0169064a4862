// A phone's screen: one pane at a time.
import { expect, test } from "../fixtures/test.mjs";

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const small = { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true };

const fits = ({ page }) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

test("chat and list take turns, and both ways back agree", async ({ friends }) => {
  const [ada, bob] = await friends({ bob: phone });
  await bob.go("Chats");
  const list = bob.role("list", "Chats");
  await list.getByRole("link", { name: "Ada" }).tap();
  await expect(bob.composer).toBeInViewport();
  await expect(list).toBeHidden();
  await bob.role("button", "Back to chats").tap();
  await expect(list).toBeVisible();
  await expect(bob.composer).toBeHidden();

  await list.getByRole("link", { name: "Ada" }).tap();
  await expect(bob.composer).toBeVisible();
  await bob.page.goBack();
  await expect(list).toBeVisible();
  await expect(bob.composer).toBeHidden();
  await bob.page.goForward();
  await expect(bob.composer).toBeVisible();

  // Reloaded in the conversation there is no step to go back; the button leads to the list all the same.
  await bob.page.reload();
  await expect(bob.composer).toBeVisible();
  await bob.role("button", "Back to chats").tap();
  await expect(list).toBeVisible();

  await ada.openChat("Bob");
  await ada.send("On the go?");
  await expect(bob.chat("Ada")).toContainText("1 unread");
  await list.getByRole("link", { name: "Ada" }).tap();
  await bob.composer.tap();
  await bob.composer.fill("Yes");
  await bob.role("button", "Send").tap();
  await expect(ada.message("Yes")).toBeVisible();
});

for (const [name, device] of [["390", phone], ["320", small]]) {
  test(`nothing is wider than a screen of ${name} pixels`, async ({ person, friends }) => {
    const carol = await person("Carol", device);
    await carol.fillWelcome();
    await carol.showServer();
    await carol.role("button", "Advanced").tap();
    expect(await fits(carol)).toBe(true);
    await expect(async () => {
      await carol.role("button", "Start").scrollIntoViewIfNeeded();
      await expect(carol.role("button", "Start")).toBeInViewport({ ratio: 1 });
    }).toPass();

    const [ada, bob] = await friends({ bob: device });
    for (const section of ["Chats", "Contacts", "Settings"]) {
      await bob.go(section);
      await expect(bob.main).toBeInViewport();
      expect(await fits(bob), section).toBe(true);
    }
    await bob.openChat("Ada");
    await ada.openChat("Bob");
    await ada.send(`${"Donaudampfschifffahrt".repeat(12)} https://example.org/${"path/".repeat(30)}`);
    await expect(bob.message("Donaudampf")).toBeVisible();
    expect(await fits(bob), "a long word").toBe(true);
    await expect(bob.composer).toBeInViewport({ ratio: 1 });
    await expect(bob.role("button", "Send")).toBeInViewport({ ratio: 1 });
    // As if the keyboard had come up.
    await bob.page.setViewportSize({ ...device.viewport, height: 320 });
    await expect(bob.composer).toBeInViewport({ ratio: 1 });
    await expect(bob.message("Donaudampf")).toBeInViewport();
  });
}
