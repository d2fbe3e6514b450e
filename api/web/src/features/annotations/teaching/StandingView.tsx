import { useCallback, useEffect, useState } from "react";
import type { Desk, Standing } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import type { LabelDesk } from "../desk";
import { useNames } from "./useNames";
import { briefly } from "../said";
import "./standing.css";
import { words } from "./words";

interface StandingProps {
  desk: LabelDesk;
  question: Desk["schema"]["question"] | undefined;
}

/** Why one is kept from real work: the test, or a pause with its reasons; and the way to object. */
export function StandingView({ desk, question }: StandingProps) {
  const [standing, setStanding] = useState<Standing | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const load = useCallback(
    () =>
      void desk.standing().then((found) => {
        setFailed(null);
        setStanding(found);
      }, setFailed),
    [desk],
  );
  useEffect(load, [load]);
  if (failed !== null) return <Failure error={failed} onRetry={load} />;
  if (!standing) return null;
  const { test, pause } = standing;
  const mayAppeal = pause !== null || (test !== null && test.right !== null);
  return (
    <div className="standing stack">
      {test && <Test {...test} />}
      {pause && <Pause pause={pause} question={question} />}
      <Appeal appeal={standing.appeal} may={mayAppeal} desk={desk} onSent={load} />
    </div>
  );
}

function Test({ done, of, right, tries_left, retry_at }: NonNullable<Standing["test"]>) {
  const w = useWords(words);
  const format = useFormat();
  return (
    <>
      <p>{right === null ? w.testProgress(done, of) : w.testFailed(right, of)}</p>
      {right !== null && tries_left > 0 && retry_at !== null && (
        <p>{w.testAgain(format.when(retry_at))}</p>
      )}
      {right !== null && tries_left === 0 && <p>{w.testOver}</p>}
    </>
  );
}

interface PauseProps {
  pause: NonNullable<Standing["pause"]>;
  question: Desk["schema"]["question"] | undefined;
}

function Pause({ pause, question }: PauseProps) {
  const w = useWords(words);
  const names = useNames(question);
  const target = question?.name ?? "";
  return (
    <>
      <p>{w.pauseWhy(pause.right, pause.n, Math.round(pause.bar * 100))}</p>
      <h3>{w.pauseExamples}</h3>
      <ul className="examples">
        {pause.examples.map((one, i) => (
          <li key={i}>
            <p>{briefly(one.data)}</p>
            <p>
              {w.youSaid} <b>{names([one.given[target] ?? "–"])}</b> · {w.rightIs}{" "}
              <b>{names(one.right[target] ?? [])}</b>
            </p>
            <p className="dim">{one.reason}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

interface AppealProps {
  appeal: Standing["appeal"];
  may: boolean;
  desk: LabelDesk;
  onSent: () => void;
}

function Appeal({ appeal, may, desk, onSent }: AppealProps) {
  const w = useWords(words);
  const [text, setText] = useState("");
  const [failed, setFailed] = useState<unknown>(null);
  const waits = appeal !== null && appeal.decided_at === null;
  if (waits) return <p role="status">{w.appealWaits}</p>;
  return (
    <>
      {appeal && (
        <p>
          {appeal.decision === "keep" ? w.appealKept : w.appealHeard} {appeal.note}
        </p>
      )}
      {failed !== null && <Failure error={failed} />}
      {may && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            desk.appeal(text).then(onSent, setFailed);
          }}
        >
          <label>
            {w.appeal}
            <textarea
              value={text}
              maxLength={4_000}
              rows={4}
              required
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <button type="submit" className="btn">
            {w.appealSend}
          </button>
        </form>
      )}
    </>
  );
}
