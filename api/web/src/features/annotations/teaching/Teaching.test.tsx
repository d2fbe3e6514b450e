import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import type { Leases, Standing } from "../../../client/types";
import { language } from "../../../components/language";
import { aHub, type Opening, show, SUBMIT } from "../../../testing/annotate";
import { anAssignment, aReceipt, leases } from "../../../testing/factories";
import type { FakeHub } from "../../../testing/fakeHub";

const APPEAL = "POST /v1/projects/tickets/my/appeal";

function open(first: Leases, more: Opening["more"] = {}): FakeHub {
  const hub = aHub({ first, more });
  show();
  return hub;
}

const kept = (code: string): Leases => ({
  assignments: [],
  reason: { code, text: "In the hub's words.", retry_after_s: 3_600 },
});

const standing = (over: Partial<Standing> = {}): Standing => ({
  state: "paused",
  training: null,
  test: null,
  pause: null,
  appeal: null,
  ...over,
});

const paused = standing({
  pause: {
    since: 0,
    n: 12,
    right: 3,
    high: 0.6,
    bar: 0.7,
    examples: [
      {
        data: { text: "A bill twice" },
        given: { label: "other" },
        right: { label: ["billing"] },
        reason: "Money is wrong.",
      },
    ],
  },
});

afterEach(() => language.set("en"));

describe("training", () => {
  it("shows the right answer and the reason, and goes on when it was read", async () => {
    const first = {
      assignments: [anAssignment(1, { kind: "training" }), anAssignment(2)],
      reason: null,
    };
    const feedback = { right: false, answers: { label: ["billing"] }, reason: "Money is wrong." };
    const hub = open(first, { [SUBMIT]: () => aReceipt(leases(2), { feedback }) });
    expect(await screen.findByText(/Training: you will see/)).toBeInTheDocument();

    fireEvent.keyDown(document.body, { key: "2" });

    const told = await screen.findByRole("region", { name: "What is right" });
    expect(told).toHaveTextContent("Not quite.");
    expect(told).toHaveTextContent("Right is Billing");
    expect(told).toHaveTextContent("Money is wrong.");
    fireEvent.keyDown(document.body, { key: "1" });
    await userEvent.click(screen.getByRole("button", { name: "Go on" }));
    expect(screen.getByRole("group", { name: "Item" })).toHaveTextContent("Message number 2");
    expect(screen.queryByText(/Training: you will see/)).toBeNull();
    expect(hub.bodies(SUBMIT)).toHaveLength(1);
  });
});

describe("the test before real work", () => {
  it("is known as such", async () => {
    open({ assignments: [anAssignment(1, { kind: "qualification" })], reason: null });
    expect(await screen.findByText(/Test before real work: take your time/)).toBeInTheDocument();
  });

  it("says how it ended and when it can be taken again", async () => {
    const test = { done: 3, of: 3, right: 1, tries_left: 1, retry_at: 1_700_000_000_000_000 };
    open(kept("not_qualified"), {
      "GET /v1/projects/tickets/my/standing": () => standing({ state: "qualifying", test }),
    });
    expect(await screen.findByText(/1 of 3 right, which is not enough/)).toBeInTheDocument();
    expect(screen.getByText(/You can try again from/)).toBeInTheDocument();
  });
});

describe("a pause for one's score", () => {
  it("says why, shows examples, and takes an objection", async () => {
    let now = paused;
    const hub = open(kept("quality_paused"), {
      "GET /v1/projects/tickets/my/standing": () => now,
      [APPEAL]: (body) => {
        const { text } = body as { text: string };
        const appeal = { text, created_at: 1, decided_at: null, decision: null, note: null };
        now = { ...paused, appeal };
        return appeal;
      },
    });
    expect(await screen.findByText(/Among your answers were 12/)).toBeInTheDocument();
    const example = within(screen.getByRole("list")).getByRole("listitem");
    expect(example).toHaveTextContent("A bill twice");
    expect(example).toHaveTextContent("You said Other · Right is Billing");
    expect(example).toHaveTextContent("Money is wrong.");

    await userEvent.type(screen.getByRole("textbox"), "The guideline says so.");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));

    expect(await screen.findByText(/Your objection was sent/)).toBeInTheDocument();
    await waitFor(() => expect(hub.bodies(APPEAL)).toEqual([{ text: "The guideline says so." }]));
  });

  it("speaks Chinese", async () => {
    language.set("zh");
    open(kept("quality_paused"), { "GET /v1/projects/tickets/my/standing": () => paused });
    expect(await screen.findByText(/有 12 题的正确答案是已知的/)).toBeInTheDocument();
  });
});
