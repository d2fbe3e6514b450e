import { act, render, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../../client/http";
import { Shown } from "./Figure";
import { HeatMap, mostConfused } from "./HeatMap";
import { ReliabilityPlot } from "./ReliabilityPlot";
import { someOf, TimePlot, unbroken } from "./TimePlot";
import { useAsked } from "./useAsked";

/** Without a layout engine every element is 600 pixels wide. */
const layOut = () => vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);

describe("a heat map", () => {
  beforeEach(() => void layOut());

  it("writes each share into its cell and frames what is often wrong", () => {
    render(
      <HeatMap
        names={["Billing", "Other"]}
        shares={[
          [0.69, 0.31],
          [0.004, 0.996],
        ]}
        label="Billing is called Other in 31%"
      />,
    );
    const picture = screen.getByRole("img", { name: "Billing is called Other in 31%" });
    expect(within(picture).getByText("31")).toHaveClass("strong");
    expect(within(picture).getByText("69")).not.toHaveClass("strong");
    expect(within(picture).getByText("·")).toBeInTheDocument();
  });

  it("draws a class nothing was true of as unknown, not as zero", () => {
    render(<HeatMap names={["a", "b"]} shares={[[1, 0], null]} label="x" />);
    expect(screen.getAllByText("–")).toHaveLength(2);
  });

  it("keeps the most confused of too many classes, in their order", () => {
    const shares = [
      [1, 0, 0],
      [0, 0.6, 0.4],
      [0, 0, 1],
    ];
    expect(mostConfused(shares, 2)).toEqual([1, 2]);
    expect(mostConfused(shares, 3)).toEqual([0, 1, 2]);
  });
});

describe("a plot over time", () => {
  const moment = (at: number, value: number | null) => ({ at, value, low: value, high: value });

  it("breaks the line where a figure is undefined", () => {
    const runs = unbroken([moment(1, 0.5), moment(2, null), moment(3, 0.6), moment(4, 0.7)]);
    expect(runs.map((run) => run.length)).toEqual([1, 2]);
  });

  it("draws one line a run", () => {
    layOut();
    render(
      <TimePlot
        label="α over time"
        series={[{ name: "α", moments: [moment(1, 0.5), moment(2, null), moment(3, 0.6)] }]}
      />,
    );
    expect(screen.getByRole("img").querySelectorAll("circle")).toHaveLength(2);
  });

  it("labels the ends and some between", () => {
    expect(someOf([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
    expect(someOf([1, 2], 5)).toEqual([1, 2]);
  });
});

it("draws a range of scores larger the more answers it holds", () => {
  layOut();
  const bin = { right: 0.8, low: 0.7, high: 0.9 };
  render(
    <ReliabilityPlot
      bins={[
        { ...bin, stated: 0.7, n: 10 },
        { ...bin, stated: 0.9, n: 90 },
      ]}
      label="promise and truth"
    />,
  );
  const [few, many] = [...screen.getByRole("img").querySelectorAll("circle")];
  expect(Number(few?.getAttribute("r"))).toBeLessThan(Number(many?.getAttribute("r")));
});

describe("a figure that the hub is asked for", () => {
  function Asking({ ask }: { ask: (slug: string) => Promise<string> }) {
    return <Shown asked={useAsked(ask, "tickets")}>{(value) => <p>{value}</p>}</Shown>;
  }

  it("is not there for whom it is not", async () => {
    const refused = new Problem(403, "not-allowed", "Not for you", "");
    const { container } = render(<Asking ask={() => Promise.reject(refused)} />);
    await act(async () => Promise.resolve());
    expect(container).toBeEmptyDOMElement();
  });

  it("says what went wrong and asks again", async () => {
    let failing = true;
    const ask = () => (failing ? Promise.reject(new Error("down")) : Promise.resolve("here"));
    render(<Asking ask={ask} />);
    const again = await screen.findByRole("button", { name: "Try again" });
    failing = false;
    act(() => again.click());
    expect(await screen.findByText("here")).toBeInTheDocument();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("keeps an old figure while the hub does not answer, and says so", async () => {
    vi.useFakeTimers();
    try {
      let failing = false;
      const ask = () => (failing ? Promise.reject(new Error("down")) : Promise.resolve("here"));
      render(<Asking ask={ask} />);
      await act(async () => vi.advanceTimersByTimeAsync(1));
      failing = true;
      await act(async () => vi.advanceTimersByTimeAsync(60_000));
      expect(screen.getByText("here")).toBeInTheDocument();
      expect(screen.getByRole("alert")).toBeInTheDocument();
    } finally {
      vi.useRealTimers();
    }
  });
});
