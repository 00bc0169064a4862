// The broker dies in the middle of things.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame } from "../fixtures/person.mjs";

const numbered = (who, from, count) => Array.from({ length: count }, (_, at) => `${who} ${from + at}.`);

test.afterEach(async ({ broker }) => {
  await broker.kill();
  await broker.start();
});

test("a broker that is killed in mid-chat and comes back has lost nothing for anybody", async ({ friends, broker }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const hers = [numbered("Ada", 1, 10), numbered("Ada", 11, 10)];
  const his = [numbered("Bob", 1, 10), numbered("Bob", 11, 10)];
  await Promise.all([ada.burst(hers[0]), bob.burst(his[0])]);
  // As soon as the first came through; what is still on its way dies with the broker.
  await expect(bob.message("Ada 1.")).toBeVisible();
  await broker.kill();
  await expect(ada.connection).toHaveText(/^Reconnecting/);
  await Promise.all([ada.burst(hers[1]), bob.burst(his[1])]);
  await expect(ada.message("Ada 20.")).toHaveText(/Sending$/);

  await broker.start();
  for (const somebody of [ada, bob]) await somebody.tryNow();
  await Promise.all([ada.connected(), bob.connected()]);
  await expectSame(ada, bob, [...hers.flat(), ...his.flat()]);
  await expect(ada.page.getByRole("main").getByText("online", { exact: true })).toBeVisible();
});

test("without a click both find their way back to a broker that was away", async ({ friends, broker }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await broker.kill();
  await expect(ada.connection).toHaveText(/^Reconnecting/);
  await ada.send("Anybody?");
  await broker.start();
  await Promise.all([ada.connected(30_000), bob.connected(30_000)]);
  await expect(bob.message("Anybody?")).toBeVisible();
  await expect(ada.message("Anybody?")).toHaveText(/Read$/);
});

test("a broker that has forgotten everything loses no message", async ({ person, newBroker, newApp }) => {
  const broker = await newBroker();
  const app = await newApp({ broker: broker.url });
  const [ada, bob] = await Promise.all(["Ada", "Bob"].map((name) => person(name, { url: app.url })));
  await Promise.all([ada.signUp(), bob.signUp()]);
  await ada.befriend(bob);
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await bob.page.goto("about:blank");
  await ada.burst(numbered("Kept", 1, 5));
  await expect(ada.message("Kept 5.")).toHaveText(/Sent$/);
  // It has acknowledged them: all that it knew goes, and only the sender's outbox can help.
  await broker.kill();
  await broker.forget();
  await broker.start();
  await ada.tryNow();
  await bob.page.goto(`${app.url}#/chats`);
  await bob.openChat("Ada");
  await expectSame(ada, bob, numbered("Kept", 1, 5));
});
