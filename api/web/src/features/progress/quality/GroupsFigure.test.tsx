import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { GroupsShown } from "../../../client/types";
import { aMeasure, anUndefined } from "../../../testing/figures/quality";
import { GroupsFigure } from "./GroupsFigure";

type Attribute = GroupsShown["attributes"][number];

const few = anUndefined("fewer than 5 people of a group answered here");

const byAge = (over: Partial<Attribute> = {}): Attribute => ({
  attribute: "age_band",
  groups: [
    {
      value: "18-29",
      n_people: 6,
      measures: [aMeasure({ value: 0.62 }), aMeasure({ basis: "chosen_items", ...few })],
    },
    { value: "30+", n_people: 5, measures: [aMeasure({ value: 0.7 })] },
  ],
  n_hidden: 1,
  between: [
    {
      first: "18-29",
      second: "30+",
      measures: [aMeasure({ coefficient: "cross_agreement", value: 0.12 })],
    },
  ],
  words: "",
  ...over,
});

const look = (...attributes: Attribute[]) =>
  render(<GroupsFigure figures={{ scope: null, least_n: 5, attributes, reason: null }} />);

describe("agreement by group", () => {
  it("shows groups within and between, and says what is undefined and why", () => {
    look(byAge());
    expect(
      screen.getByRole("heading", { name: "How far people agree within 2 groups by age_band" }),
    ).toBeInTheDocument();
    const inside = screen.getByRole("table", { name: "Within groups", hidden: true });
    const rows = within(inside).getAllByRole("row", { hidden: true });
    expect(rows[1]).toHaveTextContent("18-296random sample0.62");
    expect(rows[2]).toHaveTextContent("undefined: fewer than 5 people of a group answered here");
    const across = screen.getByRole("table", { name: "Between groups", hidden: true });
    expect(across).toHaveTextContent("18-29 · 30+random sample0.12");
    expect(screen.getByText(/1 smaller than 5 people are not shown/)).toBeInTheDocument();
  });

  it("says why there is no group to show", () => {
    look(byAge({ groups: [], between: [], n_hidden: 2 }));
    expect(screen.getByRole("heading")).toHaveTextContent(
      "Agreement by age_band is undefined: no group has 5 people who consented and answered",
    );
  });

  it("shows nothing where the project asks nothing", () => {
    const { container } = look();
    expect(container).toBeEmptyDOMElement();
  });
});
