import { useCallback, useEffect, useState } from "react";
import { Problem } from "../../../client/http";
import type { OwnAnswer, Question, Region } from "../../../client/types";
import { Dialog } from "../../../components/Dialog";
import { useFormat } from "../../../components/format";
import { nameIn, useLanguage, useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import type { LabelDesk } from "../desk";
import { chosenIn, withChoices } from "../editors/question";
import { briefly, inWords } from "../said";
import { words as page } from "../words";
import { words } from "./words";

interface RecentProps {
  desk: LabelDesk;
  questions: Question[];
  onClose: () => void;
}

/** One's own last answers: a choice is corrected in one step, settled or not; others anew. */
export function RecentDialog({ desk, questions, onClose }: RecentProps) {
  const w = useWords(words);
  const p = useWords(page);
  const [answers, setAnswers] = useState<OwnAnswer[] | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const load = useCallback(() => void desk.recent().then(setAnswers, setFailed), [desk]);
  useEffect(load, [load]);
  const loadAgain = () => {
    setFailed(null);
    load();
  };
  const change = (work: Promise<void>, then: () => void) => {
    setRefused(null);
    work.then(then, setRefused);
  };
  const correct = (answer: OwnAnswer, result: Region[]) => {
    change(desk.correct(answer.handle, { client_key: crypto.randomUUID(), result }), () =>
      setAnswers((all) =>
        (all ?? []).map((one) => (one.handle === answer.handle ? { ...one, result } : one)),
      ),
    );
  };
  return (
    <Dialog title={p.recent} onClose={onClose}>
      {failed !== null && <Failure error={failed} onRetry={loadAgain} />}
      {refused !== null && (
        <p className="bad" role="alert">
          {w.recentFailed} {refused instanceof Problem ? refused.message : p.undoOffline}
        </p>
      )}
      {answers === null && failed === null && <p className="dim">{w.recentFetching}</p>}
      {answers !== null && (
        <p className="dim">{answers.length > 0 ? w.recentWhy : w.recentEmpty}</p>
      )}
      <ul className="recent">
        {answers?.map((answer) => (
          <Own
            key={answer.handle}
            answer={answer}
            questions={questions}
            onCorrect={(result) => correct(answer, result)}
            onAnswerNow={() => change(desk.answerNow(answer.handle), onClose)}
          />
        ))}
      </ul>
    </Dialog>
  );
}

interface OwnProps {
  answer: OwnAnswer;
  questions: Question[];
  onCorrect: (result: Region[]) => void;
  onAnswerNow: () => void;
}

function Own({ answer, questions, onCorrect, onAnswerNow }: OwnProps) {
  const w = useWords(words);
  const p = useWords(page);
  const lang = useLanguage();
  const format = useFormat();
  const [first, ...others] = questions;
  const choice = others.length === 0 && first?.kind === "choice" ? first : null;
  const line = answer.result.length > 0 ? inWords(lang, questions, answer.result) : undefined;
  const skipped = answer.kind === "skip" ? p.lastSkip : p.lastFlag;
  return (
    <li>
      <p>
        <span className="cap">{format.when(answer.submitted_at)}</span> {briefly(answer.data)}
      </p>
      {answer.rejected !== null ? (
        <Rejected answer={answer} chosen={line} />
      ) : answer.kind === "answer" && choice ? (
        <Choose answer={answer} question={choice} onCorrect={onCorrect} />
      ) : (
        <p>
          {answer.kind === "answer" ? <b>{inWords(lang, questions, answer.result)}</b> : skipped}{" "}
          <button type="button" className="btn" onClick={onAnswerNow}>
            {answer.kind === "answer" ? w.recentChange : w.recentAgain}
          </button>
        </p>
      )}
    </li>
  );
}

interface ChooseProps {
  answer: OwnAnswer;
  question: Question;
  onCorrect: (result: Region[]) => void;
}

function Choose({ answer, question, onCorrect }: ChooseProps) {
  const p = useWords(page);
  const lang = useLanguage();
  const [chosen] = chosenIn(answer.result);
  return (
    <div className="choices" role="group" aria-label={p.answers}>
      {question.classes.map(({ key, names }) => (
        <button
          key={key}
          type="button"
          className="btn"
          aria-pressed={key === chosen}
          onClick={() => key !== chosen && onCorrect(withChoices(question, [key]))}
        >
          {nameIn(lang, names, key)}
        </button>
      ))}
    </div>
  );
}

/** What a reviewer said of an answer that is no vote any more; it cannot be corrected. */
function Rejected({ answer, chosen }: { answer: OwnAnswer; chosen: string | undefined }) {
  const w = useWords(words);
  return (
    <p>
      {chosen !== undefined && <strong>{chosen}. </strong>}
      {w.recentRejected} {answer.rejected?.reason}{" "}
      <span className="dim">{answer.rejected?.counts ? w.recentCounts : w.recentExcused}</span>
    </p>
  );
}
