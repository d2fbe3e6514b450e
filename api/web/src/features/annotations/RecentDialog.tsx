import { useCallback, useEffect, useState } from "react";
import { Problem } from "../../client/http";
import type { Desk, OwnAnswer, Region } from "../../client/types";
import { Dialog } from "../../components/Dialog";
import { useFormat } from "../../components/format";
import { nameIn, useLanguage, useWords } from "../../components/language";
import { Failure } from "../../components/Notice";
import { briefly, type LabelDesk } from "./desk";
import { words } from "./words";

type Question = Desk["schema"]["question"];

interface RecentProps {
  desk: LabelDesk;
  question: Question;
  onClose: () => void;
}

/** One's own last answers: each can be corrected in one step, settled or not. */
export function RecentDialog({ desk, question, onClose }: RecentProps) {
  const w = useWords(words);
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
  const correct = (answer: OwnAnswer, key: string) => {
    const { name, to_name } = question;
    const result: Region[] = [
      { from_name: name, to_name, type: "choices", value: { choices: [key] } },
    ];
    change(desk.correct(answer.handle, { client_key: crypto.randomUUID(), result }), () =>
      setAnswers((all) =>
        (all ?? []).map((one) => (one.handle === answer.handle ? { ...one, result } : one)),
      ),
    );
  };
  return (
    <Dialog title={w.recent} onClose={onClose}>
      {failed !== null && <Failure error={failed} onRetry={loadAgain} />}
      {refused !== null && (
        <p className="bad" role="alert">
          {w.recentFailed} {refused instanceof Problem ? refused.message : w.undoOffline}
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
            question={question}
            onChoose={(key) => correct(answer, key)}
            onAnswerNow={() => change(desk.answerNow(answer.handle), onClose)}
          />
        ))}
      </ul>
    </Dialog>
  );
}

interface OwnProps {
  answer: OwnAnswer;
  question: Question;
  onChoose: (key: string) => void;
  onAnswerNow: () => void;
}

function Own({ answer, question, onChoose, onAnswerNow }: OwnProps) {
  const w = useWords(words);
  const lang = useLanguage();
  const format = useFormat();
  const chosen = answer.result[0]?.value.choices[0];
  const classes = Object.fromEntries(
    question.classes.map((choice) => [choice.key, nameIn(lang, choice.names, choice.key)]),
  );
  return (
    <li>
      <p>
        <span className="cap">{format.when(answer.submitted_at)}</span> {briefly(answer.data)}
      </p>
      {answer.rejected !== null ? (
        <Rejected answer={answer} chosen={classes[chosen ?? ""]} />
      ) : answer.kind === "answer" ? (
        <div className="choices" role="group" aria-label={w.answers}>
          {question.classes.map((choice) => (
            <button
              key={choice.key}
              type="button"
              className="btn"
              aria-pressed={choice.key === chosen}
              onClick={() => choice.key !== chosen && onChoose(choice.key)}
            >
              {nameIn(lang, choice.names, choice.key)}
            </button>
          ))}
        </div>
      ) : (
        <p>
          {answer.kind === "skip" ? w.lastSkip : w.lastFlag}{" "}
          <button type="button" className="btn" onClick={onAnswerNow}>
            {w.recentAgain}
          </button>
        </p>
      )}
    </li>
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
