import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Problem } from "../../client/http";
import { aHub, MINE, open, show, shown, status, SUBMIT, UNDO } from "../../testing/annotate";
import { anAssignment, aReceipt, choosing, leases, nowMicros } from "../../testing/factories";

describe("undo", () => {
  it("shows the item again with the old answer selected", async () => {
    const hub = await open();
    hub.on(UNDO, () => anAssignment(1, { lease_n: 2, previous: { result: choosing("billing") } }));
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("All answers saved"));
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));

    fireEvent.keyDown(document.body, { key: "z" });

    await waitFor(() => expect(shown()).toHaveTextContent("Message number 1"));
    expect(screen.getByRole("button", { name: "Billing" })).toHaveAttribute("aria-pressed", "true");
    fireEvent.keyDown(document.body, { key: "2" });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(2));
    expect(hub.bodies(SUBMIT)[1]).toMatchObject({ lease_n: 2, result: choosing("other") });
    expect(shown()).toHaveTextContent("Message number 2");
  });

  it("reaches an answer given before the page was opened", async () => {
    const hub = aHub();
    hub.on(MINE, () => ({
      answers: [
        {
          handle: "item-9",
          submitted_at: nowMicros(),
          kind: "answer",
          result: choosing("other"),
          data: {},
          can_undo: true,
          rejected: null,
        },
      ],
    }));
    hub.on(UNDO, () => anAssignment(9, { lease_n: 2, previous: { result: choosing("other") } }));
    show();
    await screen.findByRole("group", { name: "Answers" });
    await userEvent.click(await screen.findByRole("button", { name: /Undo/ }));
    await waitFor(() => expect(shown()).toHaveTextContent("Message number 9"));
  });

  it("says why it is refused and leaves the item on the screen", async () => {
    const hub = await open();
    hub.on(UNDO, () => {
      throw new Problem(409, "undo-too-late", "Too late", "Undo reaches 15 minutes back.");
    });
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    fireEvent.keyDown(document.body, { key: "z" });
    await waitFor(() => expect(status()).toHaveTextContent("Undo reaches 15 minutes back."));
    expect(shown()).toHaveTextContent("Message number 2");
  });
});

describe("a dropped line", () => {
  it("keeps answers, says so, and sends them when it is back", async () => {
    const hub = await open();
    hub.down = true;
    fireEvent.keyDown(document.body, { key: "1" });
    fireEvent.keyDown(document.body, { key: "2" });
    await waitFor(() => expect(status()).toHaveTextContent("No connection."));
    expect(status()).toHaveTextContent("2 answers kept here, will be sent.");
    expect(localStorage).toHaveLength(3); // the two answers, and the language

    hub.down = false;
    act(() => void dispatchEvent(new Event("online")));

    await waitFor(() => expect(status()).toHaveTextContent("All answers saved"));
    expect(hub.bodies(SUBMIT)).toMatchObject([
      { result: choosing("billing") },
      { result: choosing("other") },
    ]);
    expect(localStorage).toHaveLength(1);
  });

  it("sends again with the same key after a lost reply", async () => {
    const hub = await open();
    hub.on(SUBMIT, () => {
      throw new Problem(503, "busy", "Busy", "");
    });
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("1 answer kept here"));
    hub.on(SUBMIT, () => aReceipt(leases(5)));
    act(() => void dispatchEvent(new Event("online")));
    await waitFor(() => expect(status()).toHaveTextContent("All answers saved"));
    const [first, second] = hub.bodies(SUBMIT) as { client_key: string }[];
    expect(second?.client_key).toBe(first?.client_key);
  });

  it("survives a reload: the next page sends what the last one kept", async () => {
    const hub = await open();
    hub.down = true;
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("1 answer kept here"));
    cleanup();
    const again = await open({ first: leases(2, 3) });
    await waitFor(() => expect(again.bodies(SUBMIT)).toHaveLength(1));
    expect(again.bodies(SUBMIT)[0]).toMatchObject({ result: choosing("billing") });
  });

  it("does not send one person's answers as another", async () => {
    const hub = await open();
    hub.down = true;
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("1 answer kept here"));
    cleanup();
    const other = aHub();
    show("8");
    await screen.findByRole("group", { name: "Answers" });
    expect(status()).toHaveTextContent("All answers saved");
    expect(other.bodies(SUBMIT)).toHaveLength(0);
  });

  it("keeps answers through the end of a session", async () => {
    const hub = await open();
    hub.on(SUBMIT, () => {
      throw new Problem(401, "not-signed-in", "Not signed in", "");
    });
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("You are signed out."));
    expect(status()).toHaveTextContent("1 answer kept here, will be sent once you sign in.");
  });
});

describe("a refused answer", () => {
  it("is shown with the hub's words until it has been read", async () => {
    const hub = await open();
    hub.on(SUBMIT, () => {
      throw new Problem(422, "answer-invalid", "Does not fit", "No class “billing” in version 2.");
    });
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(status()).toHaveTextContent("1 answer was refused."));
    await userEvent.click(screen.getByRole("button", { name: "See why" }));
    const dialog = screen.getByRole("dialog", { name: "Refused answers" });
    expect(dialog).toHaveTextContent("Billing");
    expect(dialog).toHaveTextContent("Message number 1");
    expect(dialog).toHaveTextContent("No class “billing” in version 2.");
    await userEvent.click(within(dialog).getByRole("button", { name: "Understood" }));
    expect(status()).toHaveTextContent("All answers saved");
  });
});
