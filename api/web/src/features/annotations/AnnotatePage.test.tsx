import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { language } from "../../components/language";
import { aHub, LEASES, open, show, shown, status, SUBMIT } from "../../testing/annotate";
import {
  aDigitDesk,
  anAssignment,
  choosing,
  leases,
  noWork,
  nowMicros,
} from "../../testing/factories";
import { singleKeys } from "./keys";

describe("answering", () => {
  it("submits by one key and shows the next item without waiting for the hub", async () => {
    const hub = await open();
    expect(shown()).toHaveTextContent("Message number 1");

    fireEvent.keyDown(document.body, { key: "1" });

    expect(shown()).toHaveTextContent("Message number 2");
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(hub.bodies(SUBMIT)[0]).toMatchObject({
      lease_n: 1,
      kind: "answer",
      reason: null,
      result: choosing("billing"),
      lease_next: 4,
    });
  });

  it("submits by a touch and counts today's answers", async () => {
    const hub = await open();
    await userEvent.click(screen.getByRole("button", { name: "Other" }));
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(screen.getByRole("img", { name: "4 answers today" })).toBeInTheDocument();
    expect(status()).toHaveTextContent("Last: Other");
  });

  it("sends answers one after another and never shows an answered item again", async () => {
    const hub = await open();
    for (const key of ["1", "2", "1"]) fireEvent.keyDown(document.body, { key });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(3));
    expect(shown()).toHaveTextContent("Message number 4");
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(shown()).toHaveTextContent("Message number 5"));
  });

  it("maps a digit's class to its own key and stands them as the keys do", async () => {
    const hub = await open({ desk: aDigitDesk() });
    const names = within(screen.getByRole("group", { name: "Answers" }))
      .getAllByRole("button")
      .map((button) => button.textContent);
    expect(names).toEqual("1234567890".split(""));
    fireEvent.keyDown(document.body, { key: "0" });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(hub.bodies(SUBMIT)[0]).toMatchObject({ result: choosing("0") });
  });

  it("loads the pictures of the items that wait", async () => {
    await open({ desk: aDigitDesk() });
    const sources = screen
      .getAllByRole("img", { name: /Picture to label/, hidden: true })
      .map((picture) => picture.getAttribute("src"));
    expect(sources).toEqual(["/picture/1", "/picture/2", "/picture/3", "/picture/4"]);
  });

  it("says simulated where the project is", async () => {
    await open({ desk: aDigitDesk() });
    expect(screen.getByText("simulated")).toBeInTheDocument();
  });
});

describe("keys", () => {
  it.each([
    ["composing", { key: "1", isComposing: true }],
    ["with Ctrl", { key: "1", ctrlKey: true }],
    ["with Alt", { key: "1", altKey: true }],
    ["with Meta", { key: "1", metaKey: true }],
    ["held down", { key: "1", repeat: true }],
  ])("are ignored while %s", async (_, event) => {
    const hub = await open();
    fireEvent.keyDown(document.body, event);
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    expect(shown()).toHaveTextContent("Message number 1");
  });

  it("are ignored in a field", async () => {
    const hub = await open();
    fireEvent.keyDown(screen.getByRole("combobox", { name: "Language" }), { key: "1" });
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
  });

  it("can be switched off, and on again", async () => {
    const hub = await open();
    fireEvent.keyDown(document.body, { key: "?" });
    await userEvent.click(screen.getByRole("checkbox", { name: "Answer with single keys" }));
    await userEvent.click(screen.getByRole("button", { name: /Close/ }));
    fireEvent.keyDown(document.body, { key: "1" });
    expect(hub.bodies(SUBMIT)).toHaveLength(0);
    act(() => singleKeys.set("on"));
    fireEvent.keyDown(document.body, { key: "1" });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
  });

  it("open the guideline", async () => {
    await open();
    fireEvent.keyDown(document.body, { key: "g" });
    const drawer = screen.getByRole("dialog", { name: "Guidelines" });
    expect(within(drawer).getByRole("heading", { name: "Billing" })).toBeInTheDocument();
    expect(drawer).toHaveTextContent("Money is wrong.");
  });
});

describe("skipping and reporting", () => {
  it("skips with the reason of the key", async () => {
    const hub = await open();
    fireEvent.keyDown(document.body, { key: "s" });
    expect(screen.getByRole("dialog", { name: "Skip: why?" })).toBeInTheDocument();
    fireEvent.keyDown(document.body, { key: "3" });
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(hub.bodies(SUBMIT)[0]).toMatchObject({ kind: "skip", reason: "cannot_see", result: [] });
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(screen.getByRole("img", { name: "3 answers today" })).toBeInTheDocument();
  });

  it("reports that something is wrong", async () => {
    const hub = await open();
    fireEvent.keyDown(document.body, { key: "w" });
    await userEvent.click(screen.getByRole("button", { name: /Broken or garbled item/ }));
    await waitFor(() => expect(hub.bodies(SUBMIT)).toHaveLength(1));
    expect(hub.bodies(SUBMIT)[0]).toMatchObject({ kind: "flag", reason: "broken_item" });
  });
});

describe("sent back", () => {
  it("shows what the reviewer said, and the old answer", async () => {
    const hub = aHub();
    const previous = { result: choosing("billing") };
    hub.on(LEASES, () => ({
      assignments: [anAssignment(1, { lease_n: 2, previous, sent_back: "read rule 3" })],
      reason: null,
    }));
    show();
    await screen.findByRole("group", { name: "Answers" });
    expect(screen.getByText(/look again/).parentElement).toHaveTextContent("read rule 3");
  });
});

describe("no work", () => {
  it("says why, and asks again", async () => {
    const hub = aHub({ first: noWork() });
    show();
    expect(await screen.findByText("Twelve reviews wait.")).toBeInTheDocument();
    hub.on(LEASES, () => leases(1));
    await userEvent.click(screen.getByRole("button", { name: "Ask again now" }));
    await waitFor(() => expect(shown()).toHaveTextContent("Message number 1"));
  });
});

describe("leases", () => {
  it("are prolonged when they near their end", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      const soon = { expires_at: nowMicros() + 30_000_000 };
      const hub = aHub({ first: { assignments: [anAssignment(1, soon)], reason: null } });
      hub.on("POST /v1/assignments/*/heartbeat", () => ({
        expires_at: nowMicros() + 600_000_000,
      }));
      show();
      await screen.findByRole("group", { name: "Answers" });
      await act(() => vi.advanceTimersByTimeAsync(31_000));
      expect(hub.bodies("POST /v1/assignments/*/heartbeat")).toEqual([{ lease_n: 1 }]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("languages", () => {
  it("asks and answers in Chinese", async () => {
    await open();
    act(() => language.set("zh"));
    expect(screen.getByRole("button", { name: "账单" })).toBeInTheDocument();
    expect(status()).toHaveTextContent("答案已全部保存");
    expect(document.documentElement.lang).toBe("zh");
  });
});
