import { useFormat } from "../../components/format";
import { useWords } from "../../components/language";
import { SimulatedTag } from "../../components/Notice";
import { Link } from "../../components/router";
import { LanguageSelect, ThemeSelect } from "../../components/Settings";
import type { DeskState } from "./state";
import { words } from "./words";

type Opens = "skip" | "flag" | "recent" | "guideline" | "sheet";

interface HeadProps {
  /** Where the arrow leads: to the project, or to one's list of them. */
  back: string;
  state: DeskState;
  onOpen: (sheet: Opens) => void;
}

/** The upper edge: where one is, how far one has come, the guideline and the keys. */
export function Head({ back, state, onOpen }: HeadProps) {
  const w = useWords(words);
  const format = useFormat();
  const project = state.desk?.project;
  return (
    <header className="head">
      <Link className="btn ghost" href={back} aria-label={back === "/" ? w.backHome : w.back}>
        ←
      </Link>
      <div className="what">
        <h1>{project?.title}</h1>
        {project?.simulated && <SimulatedTag />}
      </div>
      <div className="prog">
        <span className="only-l" aria-hidden="true">
          {w.today}
        </span>
        <b aria-label={w.answersToday(format.n(state.today))} role="img">
          {format.n(state.today)}
        </b>
        {state.pace !== null && (
          <span className="only-l">{w.each(format.seconds(state.pace / 1000))}</span>
        )}
      </div>
      <button type="button" className="btn ghost" onClick={() => onOpen("guideline")}>
        <span className="only-l">{w.guideline}</span>
        <span className="only-s">{w.guidelineShort}</span> <kbd aria-hidden="true">G</kbd>
      </button>
      <div className="tools">
        <LanguageSelect className="only-l" />
        <ThemeSelect className="only-l" />
      </div>
      <button
        type="button"
        className="btn ghost"
        aria-label={w.sheet}
        onClick={() => onOpen("sheet")}
      >
        <span className="only-l">{w.keys}</span>
        <span className="only-s">⋯</span> <kbd aria-hidden="true">?</kbd>
      </button>
    </header>
  );
}

interface FootProps {
  state: DeskState;
  onUndo: () => void;
  onOpen: (sheet: Opens) => void;
}

/** The lower edge: take back, correct, skip, report. */
export function Foot({ state, onUndo, onOpen }: FootProps) {
  const w = useWords(words);
  const empty = state.queue.length === 0;
  return (
    <footer className="foot">
      <button
        type="button"
        className="btn ghost"
        aria-disabled={!state.canUndo}
        onClick={() => state.canUndo && onUndo()}
      >
        <span aria-hidden="true">↶</span> {w.undo} <kbd aria-hidden="true">Z</kbd>
      </button>
      <button type="button" className="btn ghost" onClick={() => onOpen("recent")}>
        <span className="only-l">{w.recent}</span>
        <span className="only-s">{w.recentShort}</span> <kbd aria-hidden="true">E</kbd>
      </button>
      <button
        type="button"
        className="btn ghost"
        aria-disabled={empty}
        onClick={() => !empty && onOpen("skip")}
      >
        {w.skip} <kbd aria-hidden="true">S</kbd>
      </button>
      <button
        type="button"
        className="btn ghost"
        aria-disabled={empty}
        onClick={() => !empty && onOpen("flag")}
      >
        <span className="only-l">{w.wrong}</span>
        <span className="only-s">{w.wrongShort}</span> <kbd aria-hidden="true">W</kbd>
      </button>
      <span className="cap end only-l">{state.desk && w.foot(state.desk.undo.last)}</span>
    </footer>
  );
}
