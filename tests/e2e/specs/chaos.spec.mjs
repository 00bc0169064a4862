// A short run of `cargo xtask chaos`: twenty kills.
import { expect, test } from "../fixtures/test.mjs";
import { Ledger } from "../chaos/ledger.mjs";
import { chaos } from "../chaos/run.mjs";

for (const [seed, persistence] of [[1, "at once"], [2, "none"]]) {
  test(`whatever dies while two people write, they see the same (persistence: ${persistence}) @mosquitto`, async () => {
    test.setTimeout(600_000);
    const { wrongs } = await chaos({ seed, persistence, brokerKills: 5, pageKills: 5, say: console.log });
    expect(wrongs).toEqual([]);
  });
}

test("what is lost, doubled, made up or out of order is found @once", () => {
  const faults = (hers, his = hers) => {
    const ledger = new Ledger();
    const [one, two, three] = ledger.compose("Ada", 3);
    ledger.kept("Ada", [one, two]);
    ledger.perhaps("Ada", [three]);
    const written = { 1: one, 2: two, 3: three, 9: "Ada writes number 9." };
    const [Ada, Bob] = [hers, his].map((numbers) => numbers.map((number) => written[number]));
    return ledger.faults({ Ada, Bob }).join("\n");
  };
  expect(faults([1, 2])).toBe("");
  expect(faults([1, 2, 3])).toBe("");
  expect(faults([1, 2, 3], [1, 2])).toContain("different things");
  expect(faults([1, 3])).toContain("does not see");
  expect(faults([1, 2, 2])).toContain("twice");
  expect(faults([1, 2, 9])).toContain("nobody wrote");
  expect(faults([2, 1])).toContain("after");
});
