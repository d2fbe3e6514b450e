import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Problem } from "../../../client/http";
import type { OwnAnswer } from "../../../client/types";
import { aHub, MINE, type Opening, show, SUBMIT } from "../../../testing/annotate";
import { anAssignment, choosing, leases, noWork, nowMicros } from "../../../testing/factories";
import type { FakeHub } from "../../../testing/fakeHub";
import { OtherSheet } from "../Sheets";

const EDIT = "POST /v1/assignments/*/edit";

const own = (n: number, over: Partial<OwnAnswer> = {}): OwnAnswer => ({
  handle: `item-${n}`,
  submitted_at: nowMicros(),
  kind: "answer",
  result: choosing("billing"),
  data: { text: `Message number ${n}` },
  can_undo: true,
  rejected: null,
  ...over,
});

const corrected = {
  handle: "item-2",
  revision: 2,
  counted: true,
  surplus: false,
  paid_micros: 0,
  note: null,
};

async function open({ first = leases(5, 6), ...opening }: Opening = {}): Promise<FakeHub> {
  const hub = aHub({ first, ...opening, more: { [EDIT]: () => corrected } });
  await OtherSheet.fetch();
  show();
  if (first.assignments.length > 0) await screen.findByRole("group", { name: "Answers" });
  return hub;
}

const dialog = () => screen.getByRole("dialog", { name: "My last answers" });

describe("one's own last answers", () => {
  it("are corrected in one step, and what is on the screen stays", async () => {
    const hub = await open({ mine: [own(2), own(1, { can_undo: false })] });
    fireEvent.keyDown(document.body, { key: "e" });
    expect(await within(dialog()).findByText(/Message number 2/)).toBeInTheDocument();
    expect(within(dialog()).queryByText(/Message number 1/)).toBeNull();
    const billing = within(dialog()).getByRole("button", { name: "Billing" });
    expect(billing).toHaveAttribute("aria-pressed", "true");
    await userEvent.click(within(dialog()).getByRole("button", { name: "Other" }));
    await waitFor(() => expect(hub.bodies(EDIT)).toHaveLength(1));
    expect(hub.bodies(EDIT)[0]).toMatchObject({ result: choosing("other") });
    await waitFor(() =>
      expect(within(dialog()).getByRole("button", { name: "Other" })).toHaveAttribute(
        "aria-pressed",
        "true",
      ),
    );
    await userEvent.click(within(dialog()).getByRole("button", { name: /Close/ }));
    expect(screen.getByRole("group", { name: "Item" })).toHaveTextContent("Message number 5");
  });

  it("choosing the same answer again sends nothing", async () => {
    const hub = await open({ mine: [own(2)] });
    fireEvent.keyDown(document.body, { key: "e" });
    await userEvent.click(await within(dialog()).findByRole("button", { name: "Billing" }));
    expect(hub.bodies(EDIT)).toHaveLength(0);
  });

  it("say why one was not changed", async () => {
    const hub = await open({ mine: [own(2)] });
    hub.on(EDIT, () => {
      throw new Problem(409, "conflict", "Too late", "Undo reaches 15 minutes back.");
    });
    fireEvent.keyDown(document.body, { key: "e" });
    await userEvent.click(await within(dialog()).findByRole("button", { name: "Other" }));
    expect(await within(dialog()).findByRole("alert")).toHaveTextContent(
      "Undo reaches 15 minutes back.",
    );
  });

  it("let a skipped item be answered now", async () => {
    const hub = await open({ mine: [own(2, { kind: "skip", result: [] })] });
    hub.on("POST /v1/assignments/*/undo", () => anAssignment(2, { lease_n: 2 }));
    fireEvent.keyDown(document.body, { key: "e" });
    await userEvent.click(await within(dialog()).findByRole("button", { name: "Answer it now" }));
    await waitFor(() =>
      expect(screen.getByRole("group", { name: "Item" })).toHaveTextContent("Message number 2"),
    );
  });

  it("show what a reviewer rejected, why, and whether it counts", async () => {
    const said = { reason: "a refund is billing", counts: false, why: "the classes are confused" };
    await open({ mine: [own(2, { can_undo: false, rejected: said })] });
    fireEvent.keyDown(document.body, { key: "e" });
    const shown = await within(dialog()).findByText(/a refund is billing/);
    expect(shown).toHaveTextContent(/Billing\./);
    expect(shown).toHaveTextContent("This does not count against you.");
    expect(within(dialog()).queryByRole("button", { name: "Other" })).toBeNull();
  });

  it("bring an answer that is still on its way to the hub first", async () => {
    const hub = await open();
    fireEvent.keyDown(document.body, { key: "1" });
    fireEvent.keyDown(document.body, { key: "e" });
    await within(dialog()).findByText(/answered nothing/);
    const asked = hub.asked.map((one) => one.route);
    expect(asked.lastIndexOf(MINE)).toBeGreaterThan(asked.indexOf(SUBMIT));
  });
});

describe("a report in one's own words", () => {
  it("goes with the reason, or alone", async () => {
    const hub = await open();
    fireEvent.keyDown(document.body, { key: "w" });
    await userEvent.type(screen.getByRole("textbox"), "two pages in 1");
    await userEvent.click(screen.getByRole("button", { name: /Broken or garbled item/ }));
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(hub.bodies(SUBMIT)[0]).toMatchObject({
      kind: "flag",
      reason: "broken_item: two pages in 1",
    });
    fireEvent.keyDown(document.body, { key: "w" });
    await userEvent.type(screen.getByRole("textbox"), "upside down");
    await userEvent.click(screen.getByRole("button", { name: "Report in these words" }));
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(2));
    expect(hub.bodies(SUBMIT)[1]).toMatchObject({ kind: "flag", reason: "upside down" });
  });
});

describe("an assigned item", () => {
  it("says so, with the due time and the note", async () => {
    const assigned = { due_at: Date.UTC(2026, 0, 31, 12) * 1000, note: "for the audit" };
    await open({ first: { assignments: [anAssignment(5, { assigned })], reason: null } });
    expect(screen.getByText(/Assigned to you, due 31 Jan/)).toBeInTheDocument();
    expect(screen.getByText(/for the audit/)).toBeInTheDocument();
  });
});

describe("no work now", () => {
  it("says that others hold the last questions", async () => {
    const reason = { code: "waiting_for_others", text: "With others.", retry_after_s: 12 };
    await open({ first: { ...noWork(), reason } });
    expect(await screen.findByText("The last questions are with others")).toBeInTheDocument();
    expect(screen.getByText(/every 12 s/)).toBeInTheDocument();
  });
});
