import { useState } from "react";
import type { Assignment, Desk, Question, Region } from "../../../client/types";
import { ItemView } from "../ItemView";
import "./editors.css";
import type { Editors } from "./loading";
import { OneQuestion, Sending } from "./Parts";
import { answerTo, drawsOnItem, isComplete, sendsAtOnce } from "./question";
import { enterSubmits, useEditorKeys } from "./useEditorKeys";

export interface EditingProps {
  schema: Desk["schema"];
  editors: Editors;
  /** The item on the screen, and those behind it. */
  queue: Assignment[];
  item: Assignment;
  /** What was begun here before a reload, or was answered and taken back. */
  begun: Region[];
  disabled: boolean;
  /** Whether keys are the editors': not while a dialog is open. */
  keys: boolean;
  onDraft: (value: Region[]) => void;
  onSubmit: (value: Region[], doubled?: boolean) => void;
}

interface Draft {
  /** The lease that it answers. */
  of: string;
  value: Region[];
  /** Questions in whose field something stands that is no answer. */
  misfits: string[];
  /** The question whose keys are heard. */
  active: number;
}

const leaseOf = ({ handle, lease_n }: Assignment): string => `${handle} ${lease_n}`;

/** The item and the editors of its questions; a single one of one key is sent at once. */
export default function Editing(props: EditingProps) {
  const { schema, editors, queue, item, begun, disabled, keys, onDraft, onSubmit } = props;
  const { questions, objects } = schema;
  const fresh: Draft = { of: leaseOf(item), value: begun, misfits: [], active: 0 };
  const [kept, setDraft] = useState(fresh);
  const draft = kept.of === fresh.of ? kept : fresh;
  const open = questions.filter(
    (one) => draft.misfits.includes(one.name) || !isComplete(one, answerTo(one, draft.value)),
  );
  const alone = questions.length === 1;
  const atOnce = alone && questions.every(sendsAtOnce);
  const ready = open.length === 0 && !disabled;
  const send = () => {
    if (ready) onSubmit(draft.value);
    else if (open[0]) setDraft({ ...draft, active: questions.indexOf(open[0]) });
  };
  const change = (question: Question, answer: Region[], fits: boolean, goOn: boolean) => {
    const value = questions.flatMap((one) =>
      one === question ? answer : answerTo(one, draft.value),
    );
    const misfits = draft.misfits.filter((name) => name !== question.name);
    if (!fits) misfits.push(question.name);
    const next = goOn ? open.find((one) => one !== question) : undefined;
    setDraft({ of: draft.of, value, misfits, active: questions.indexOf(next ?? question) });
    onDraft(value);
  };
  useEditorKeys(keys && !atOnce, (event) => {
    if (!enterSubmits(event)) return false;
    send();
    return true;
  });
  const drawn = alone && questions.every(drawsOnItem);
  const drawnOn = questions.filter(drawsOnItem).flatMap((one) => [one.to_name, one.beside]);
  const beside = objects.filter((object) => !drawnOn.includes(object.name));
  return (
    <div className={`editing ${drawn ? "drawn" : alone ? "" : "form"}`}>
      <div className={drawn && beside.length === 0 ? "item-wrap unseen" : "item-wrap"}>
        {queue.map((held, i) => (
          <ItemView
            key={held.handle}
            item={held}
            objects={i > 0 ? objects : beside}
            fields={objects}
            hidden={i > 0}
          />
        ))}
      </div>
      <div className="questions">
        {questions.map((question, i) => {
          const editor = editors.get(question.kind);
          const take = (value: Region[], doubled?: boolean) => {
            if (disabled) return;
            if (atOnce) onSubmit(value, doubled);
            else change(question, value, true, true);
          };
          return (
            editor && (
              <OneQuestion
                key={question.name}
                {...{ editor, question, item, objects, disabled }}
                titled={!alone}
                keys={keys && draft.active === i}
                value={answerTo(question, draft.value)}
                onChange={(value, fits = true) => change(question, value, fits, false)}
                onAnswer={take}
                onSend={send}
                onActive={() => draft.active !== i && setDraft({ ...draft, active: i })}
              />
            )
          );
        })}
      </div>
      {!atOnce && <Sending {...{ questions, open, ready }} value={draft.value} onSubmit={send} />}
    </div>
  );
}
