import { describe, expect, it } from "vitest";
import { anAssignment, nowMicros } from "../../testing/factories";
import { Hand } from "./leases";

const handles = (hand: Hand) => hand.queue.map((a) => a.handle);

describe("merging what the hub says one holds", () => {
  it("keeps the order in hand and adds the new ones behind", () => {
    const hand = new Hand();
    hand.merge([anAssignment(1), anAssignment(2)]);
    hand.merge([anAssignment(3), anAssignment(2), anAssignment(1)]);
    expect(handles(hand)).toEqual(["item-1", "item-2", "item-3"]);
  });

  it("does not bring back an answered item by a slow reply", () => {
    const hand = new Hand();
    hand.merge([anAssignment(1), anAssignment(2)]);
    hand.shift();
    hand.merge([anAssignment(1), anAssignment(2)]);
    expect(handles(hand)).toEqual(["item-2"]);
  });

  it("takes an item again under a higher lease number", () => {
    const hand = new Hand();
    hand.merge([anAssignment(1)]);
    hand.shift();
    hand.merge([anAssignment(1, { lease_n: 2 })]);
    expect(handles(hand)).toEqual(["item-1"]);
  });

  it("replaces a lower lease number in place", () => {
    const hand = new Hand();
    hand.merge([anAssignment(1), anAssignment(2)]);
    hand.merge([anAssignment(2, { lease_n: 5 }), anAssignment(1)]);
    expect(hand.queue.map((a) => a.lease_n)).toEqual([1, 5]);
  });

  it("drops waiting items whose lease has run out, but not the one on the screen", () => {
    const hand = new Hand();
    const gone = { expires_at: nowMicros() - 1 };
    hand.merge([anAssignment(1, gone), anAssignment(2, gone)]);
    hand.merge([anAssignment(3)]);
    expect(handles(hand)).toEqual(["item-1", "item-3"]);
  });
});

describe("putting back", () => {
  it("shows the item first, once", () => {
    const hand = new Hand();
    hand.merge([anAssignment(1), anAssignment(2)]);
    hand.shift();
    hand.putBack(anAssignment(1, { lease_n: 2 }));
    hand.merge([anAssignment(1, { lease_n: 2 }), anAssignment(2)]);
    expect(handles(hand)).toEqual(["item-1", "item-2"]);
  });
});
