import { useState } from "react";
import type { AnnotatorFigures, ConfusionFigures } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import type { NameOf } from "../classNames";
import { Figure } from "../figures/Figure";
import { HeatMap } from "../figures/HeatMap";
import { Rich } from "../Plot";
import { words } from "./words";

type Map = ConfusionFigures["maps"][number];
type Cell = Map["cells"][number];

interface ConfusionProps {
  figures: ConfusionFigures;
  nameOf: NameOf;
}

/** Which classes are given for which: the heat map, and the table behind it. */
export function ConfusionFigure({ figures, nameOf }: ConfusionProps) {
  const w = useWords(words);
  const c = w.confusions;
  const format = useFormat();
  const views = figures.maps.filter((map) => map.n_answers > 0);
  const [chosen, choose] = useState<string | null>(null);
  const shown = views.find((map) => viewOf(map) === chosen) ?? views[0];
  if (!shown)
    return (
      <Figure
        title={c.empty}
        sub={figures.maps.map((map) => w.reason(map.reason ?? "")).join("; ")}
      />
    );
  const worst = mostConfused(shown.cells);
  const title = worst
    ? c.most(nameOf(worst.given), format.percent(worst.share, 0), nameOf(worst.true))
    : c.none;
  return (
    <Figure
      title={title}
      sub={c.sub[shown.against]}
      chosen={shown.basis === "chosen_items"}
      table={{
        caption: c.table,
        head: [c.true_, c.given, w.n, c.share],
        words: [1],
        rows: shown.cells.map((cell) => [
          nameOf(cell.true),
          nameOf(cell.given),
          format.n(cell.n),
          format.percent(cell.share),
        ]),
      }}
    >
      {views.length > 1 && (
        <div className="seg views" role="group" aria-label={c.view}>
          {views.map((map) => (
            <button
              key={viewOf(map)}
              type="button"
              aria-pressed={map === shown}
              onClick={() => choose(viewOf(map))}
            >
              {c.views[viewOf(map)]}
            </button>
          ))}
        </div>
      )}
      <HeatMap
        names={shown.classes.map(nameOf)}
        shares={sharesOf(shown)}
        label={`${c.label(format.n(shown.n_answers))}. ${title}`}
      />
    </Figure>
  );
}

const viewOf = (map: Map): "known" | "random_sample" | "chosen_items" =>
  map.against === "known" ? "known" : map.basis;

/** The cell off the diagonal that loses most answers. */
export function mostConfused(cells: Cell[]): Cell | null {
  const wrong = cells.filter((cell) => cell.true !== cell.given);
  const [most] = [...wrong].sort((a, b) => b.n - a.n || b.share - a.share);
  return most ?? null;
}

/** The map as rows of shares; null for a class that nothing was true of. */
export function sharesOf({ classes, cells }: Map): (number[] | null)[] {
  const place = new Map(classes.map((key, i) => [key, i]));
  const rows: (number[] | null)[] = classes.map(() => null);
  for (const cell of cells) {
    const [row, column] = [place.get(cell.true), place.get(cell.given)];
    if (row === undefined || column === undefined) continue;
    const shares = (rows[row] ??= classes.map(() => 0));
    shares[column] = cell.share;
  }
  return rows;
}

const MOST_HABITS = 8;

interface HabitsProps {
  figures: AnnotatorFigures;
  nameOf: NameOf;
}

/** Who says which class for which, surest first, in words and with the evidence. */
export function Habits({ figures, nameOf }: HabitsProps) {
  const c = useWords(words).confusions;
  const format = useFormat();
  const habits = figures.annotators
    .flatMap((one) => one.confusions.map((habit) => ({ who: one.name, ...habit })))
    .sort((a, b) => b.low - a.low)
    .slice(0, MOST_HABITS);
  return (
    <div>
      <h3>{c.words}</h3>
      {habits.length === 0 && <p className="cap">{c.noHabits}</p>}
      <ul className="in-words">
        {habits.map((habit) => (
          <li key={`${habit.who} ${habit.true} ${habit.given}`}>
            <Rich
              text={c.says(
                habit.who,
                nameOf(habit.given),
                nameOf(habit.true),
                format.percent(habit.share, 0),
                format.range(habit.low, habit.high),
                format.n(habit.n_true),
              )}
            />
            {habit.against === "consensus" && c.byConsensus}
          </li>
        ))}
      </ul>
    </div>
  );
}
