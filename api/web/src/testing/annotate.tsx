import { render, screen } from "@testing-library/react";
import type { Desk, Leases, OwnAnswer } from "../client/types";
import { AnnotatePage } from "../features/annotations/AnnotatePage";
import { OtherSheet } from "../features/annotations/Sheets";
import { aDesk, aReceipt, leases } from "./factories";
import { type FakeHub, openHub } from "./fakeHub";

export const SUBMIT = "POST /v1/assignments/*/submit";
export const UNDO = "POST /v1/assignments/*/undo";
export const LEASES = "POST /v1/projects/tickets/leases";
export const MINE = "GET /v1/projects/tickets/my/answers";

export interface Opening {
  desk?: Desk;
  first?: Leases;
  mine?: OwnAnswer[];
  /** Answers to other requests. */
  more?: Parameters<typeof openHub>[0];
}

/** A hub that always has the next item ready. */
export function aHub(opening: Opening = {}): FakeHub {
  const { desk = aDesk(), first = leases(1, 2, 3, 4), mine = [], more } = opening;
  let next = 4;
  return openHub({
    "GET /v1/projects/tickets/desk": () => desk,
    [MINE]: () => ({ answers: mine }),
    [LEASES]: () => first,
    [SUBMIT]: () => aReceipt(leases(++next)),
    ...more,
  });
}

/** The annotator's page, whatever it shows first. */
export function show(user = "7"): void {
  render(<AnnotatePage slug="tickets" user={user} back="/" onSignOut={() => undefined} />);
}

/** The annotator's page with an item to answer, some seconds later: its dialogs have come too. */
export async function open(opening: Opening = {}): Promise<FakeHub> {
  const hub = aHub(opening);
  await OtherSheet.fetch();
  show();
  await screen.findByRole("group", { name: "Answers" });
  return hub;
}

export const shown = () => screen.getByRole("group", { name: "Item" });
export const status = () => screen.getByRole("status");
