import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../../client/http";
import type { Desk, Leases } from "../../client/types";
import { language } from "../../components/language";
import {
  aDesk,
  aDigitDesk,
  anAssignment,
  aReceipt,
  choosing,
  leases,
  noWork,
  nowMicros,
} from "../../testing/factories";
import { type FakeHub, openHub } from "../../testing/fakeHub";
import { AnnotatePage } from "./AnnotatePage";
import { singleKeys } from "./keys";

const SUBMIT = "POST /v1/assignments/*/submit";
const UNDO = "POST /v1/assignments/*/undo";
const LEASES = "POST /v1/projects/tickets/leases";

interface Opening {
  desk?: Desk;
  first?: Leases;
}

/** A hub that always has the next item ready. */
function aHub({ desk = aDesk(), first = leases(1, 2, 3, 4) }: Opening = {}): FakeHub {
  let next = 4;
  return openHub({
    "GET /v1/projects/tickets/desk": () => desk,
    "GET /v1/projects/tickets/my/answers": () => ({ answers: [] }),
    [LEASES]: () => first,
    [SUBMIT]: () => aReceipt(leases(++next)),
  });
}

async function open(opening: Opening = {}): Promise<FakeHub> {
  const hub = aHub(opening);
  render(<AnnotatePage slug="tickets" user="7" onSignOut={() => undefined} />);
  await screen.findByRole("group", { name: "Answers" });
  return hub;
}

const shown = () => screen.getByRole("group", { name: "Item" });
const status = () => screen.getByRole("status");

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
    hub.on("POST /v1/projects/tickets/leases", () => ({
      assignments: [anAssignment(1, { lease_n: 2, previous, sent_back: "read rule 3" })],
      reason: null,
    }));
    render(<AnnotatePage slug="tickets" user="7" onSignOut={() => undefined} />);
    await screen.findByRole("group", { name: "Answers" });
    expect(screen.getByText(/look again/).parentElement).toHaveTextContent("read rule 3");
  });
});

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
    hub.on("GET /v1/projects/tickets/my/answers", () => ({
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
    render(<AnnotatePage slug="tickets" user="7" onSignOut={() => undefined} />);
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
    render(<AnnotatePage slug="tickets" user="8" onSignOut={() => undefined} />);
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

describe("no work", () => {
  it("says why, and asks again", async () => {
    const hub = aHub({ first: noWork() });
    render(<AnnotatePage slug="tickets" user="7" onSignOut={() => undefined} />);
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
      render(<AnnotatePage slug="tickets" user="7" onSignOut={() => undefined} />);
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
