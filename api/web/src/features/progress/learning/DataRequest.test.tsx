import { act, render, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { DataRequest as Request } from "../../../client/types";
import { language } from "../../../components/language";
import { aBusyProject } from "../../../testing/factories";
import { openHub } from "../../../testing/fakeHub";
import { figureRoutes } from "../../../testing/figures/routes";
import { DataRequest } from "./DataRequest";

const range = (low: number | null, high: number | null) => ({ low, high, reason: null });

const request = (over: Partial<Request> = {}): Request => ({
  basis: "random_sample",
  target: 0.9,
  is_needed: true,
  reason: "the pool holds too few",
  lacks: [
    {
      kind: "class",
      name: "billing",
      verdict: "below",
      n_test: 40,
      accuracy: 0.7,
      low: 0.55,
      high: 0.82,
      labelled: 30,
      in_pool: range(5, 12),
      wanted: range(100, null),
      lacking: range(88, null),
      days: range(null, null),
      reason: "below the target",
    },
  ],
  markdown: "# Data request",
  ...over,
});

async function look(found: Request) {
  openHub(figureRoutes({ "GET /v1/projects/*/data-request": () => found }));
  render(<DataRequest progress={aBusyProject()} />);
  await act(async () => Promise.resolve());
}

it("says which classes the pool lacks, how many as a range, and what cannot be told", async () => {
  await look(request());
  await screen.findByRole("heading", {
    name: "The pool lacks items: 1 class or slice is below the target",
  });
  const row = within(screen.getByRole("table", { hidden: true })).getAllByRole("row", {
    hidden: true,
  })[1];
  expect(row).toHaveTextContent(
    "Billingbelow70% (55.0 – 82.0%)40305 – 12100 or more88 or moreundefined",
  );
  expect(
    screen.getByRole("region", { name: "To be sent to whoever collects data", hidden: true }),
  ).toHaveTextContent("# Data request");
});

it("asks for nothing where nothing is needed, and speaks Chinese", async () => {
  await look(request({ is_needed: false, lacks: [] }));
  await screen.findByRole("heading", { name: "No data needs to be collected" });
  act(() => language.set("zh"));
  await screen.findByRole("heading", { name: "不需要收集新数据" });
  expect(screen.queryByText("# Data request")).toBeNull();
});
