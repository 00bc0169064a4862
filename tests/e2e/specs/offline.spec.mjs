// Writing without a network.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame } from "../fixtures/person.mjs";

test("what is written without a network leaves when it is back: once, in order", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada, bob] = await friends({ adaFields: { "Server address": wire.url } });
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.send("With");
  await expect(ada.message("With")).toHaveText(/Read$/);

  wire.cut();
  await expect(ada.connection).toHaveText(/^(Offline|Reconnecting)/, { timeout: 5_000 });
  const texts = Array.from({ length: 10 }, (_, at) => `Without ${at + 1}.`);
  await ada.burst(texts);
  await expect(ada.message("Without 10.")).toHaveText(/Sending$/);
  await bob.send("Come back");

  // History and queue are there although the server is not.
  await ada.page.reload();
  await expect(ada.message("Without 10.")).toHaveText(/Sending$/, { timeout: 20_000 });
  await expect(ada.message("With").first()).toBeVisible();
  await ada.send("After a reload");

  wire.mend();
  await ada.tryNow();
  await ada.connected(3_000);
  const expected = ["With", ...texts, "Come back", "After a reload"];
  await expectSame(ada, bob, expected);
  const own = (await bob.texts()).filter((text) => text !== "Come back");
  expect(own).toEqual(["With", ...texts, "After a reload"]);
});

test("both write while neither is connected", async ({ friends, newWire }) => {
  const wires = [await newWire(), await newWire()];
  const [ada, bob] = await friends({
    adaFields: { "Server address": wires[0].url },
    bobFields: { "Server address": wires[1].url },
  });
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  wires.forEach((wire) => wire.cut());
  await expect(bob.connection).toHaveText(/^(Offline|Reconnecting)/);
  const [hers, his] = [["A1", "A2", "A3"], ["B1", "B2", "B3"]];
  await Promise.all([ada.burst(hers), bob.burst(his)]);
  // One after the other: they are not connected at the same time at first.
  for (const [wire, somebody] of [[wires[0], ada], [wires[1], bob]]) {
    wire.mend();
    await somebody.tryNow();
    await somebody.connected();
  }
  await expectSame(ada, bob, [...hers, ...his]);
});

test("the browser's word that the network is back is taken at once", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada, bob] = await friends({ adaFields: { "Server address": wire.url } });
  await ada.openChat("Bob");
  wire.cut();
  await ada.context.setOffline(true);
  await expect(ada.connection).toHaveText(/^Offline/, { timeout: 5_000 });
  await ada.send("Later");
  await expect(ada.message("Later")).toHaveText(/Sending$/);

  wire.mend();
  await ada.context.setOffline(false);
  await ada.connected(3_000);
  await expect(ada.message("Later")).toHaveText(/Delivered$/);
  await bob.openChat("Ada");
  expect(await bob.texts()).toEqual(["Later"]);
});
