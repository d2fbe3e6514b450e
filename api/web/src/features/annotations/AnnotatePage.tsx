import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { ChoiceClass, Desk } from "../../client/types";
import { useWords } from "../../components/language";
import { Failure } from "../../components/Notice";
import { AnswerButtons } from "./AnswerButtons";
import { AssignedNote } from "./AssignedNote";
import "./annotate.css";
import { LabelDesk } from "./desk";
import type { DeskState } from "./state";
import { Foot, Head } from "./Edges";
import { Guideline } from "./Guideline";
import { ItemView } from "./ItemView";
import { KeySheet } from "./KeySheet";
import { NoWorkView } from "./NoWorkView";
import { ReasonDialog } from "./ReasonDialog";
import { RecentDialog } from "./RecentDialog";
import { RefusedDialog } from "./RefusedDialog";
import { StatusLine } from "./StatusLine";
import { FeedbackView, KindNote } from "./Teaching";
import { useKeys } from "./useKeys";
import { words } from "./words";

export type Sheet = "skip" | "flag" | "recent" | "guideline" | "sheet" | "refused" | null;

interface AnnotateProps {
  slug: string;
  user: string;
  onSignOut: () => void;
}

/** One item, one question: the page somebody looks at for eight hours. */
export function AnnotatePage({ slug, user, onSignOut }: AnnotateProps) {
  const w = useWords(words);
  const desk = useMemo(() => new LabelDesk(slug, user, localStorage), [slug, user]);
  const state = useSyncExternalStore(desk.subscribe, desk.getState);
  const [sheet, setSheet] = useState<Sheet>(null);
  useEffect(() => desk.start(), [desk]);
  useEffect(() => {
    if (state.desk) document.title = w.title(state.desk.project.title);
  }, [state.desk, w]);
  const choose: Choose = useCallback(
    (choice, doubled = false) => {
      if (!doubled || !desk.justShown) answerWith(desk, choice);
    },
    [desk],
  );
  useKeys({ desk, open: sheet !== null || state.taught !== null, setSheet, choose });
  const classes = state.desk?.schema.question.classes ?? NO_CLASSES;
  return (
    <div className="label-page">
      <Head slug={slug} state={state} onOpen={setSheet} />
      <StatusLine state={state} classes={classes} onShowRefused={() => setSheet("refused")} />
      <main className="stage" id="main" tabIndex={-1}>
        <Stage state={state} desk={desk} choose={choose} />
      </main>
      <Foot state={state} onUndo={() => void desk.undo()} onOpen={setSheet} />
      <Sheets {...{ sheet, setSheet, state, desk, onSignOut }} />
    </div>
  );
}

type Choose = (choice: ChoiceClass, doubled?: boolean) => void;

const NO_CLASSES: ChoiceClass[] = [];

function answerWith(desk: LabelDesk, choice: ChoiceClass): void {
  const question = desk.getState().desk?.schema.question;
  if (!question) return;
  const { name, to_name } = question;
  desk.answer([{ from_name: name, to_name, type: "choices", value: { choices: [choice.key] } }]);
}

interface StageProps {
  state: DeskState;
  desk: LabelDesk;
  choose: Choose;
}

function Stage({ state, desk, choose }: StageProps) {
  if (state.error) return <Failure error={state.error} onRetry={() => void desk.load()} />;
  const { desk: shown, queue } = state;
  if (shown && state.taught)
    return (
      <FeedbackView taught={state.taught} question={shown.schema.question} onGoOn={desk.goOn} />
    );
  if (!shown || queue.length === 0) return <NoWorkView state={state} desk={desk} />;
  return <Question desk={shown} state={state} choose={choose} />;
}

interface QuestionProps {
  desk: Desk;
  state: DeskState;
  choose: Choose;
}

function Question({ desk, state, choose }: QuestionProps) {
  const w = useWords(words);
  const { question, objects } = desk.schema;
  const item = state.queue[0];
  const previous = item?.previous?.result[0]?.value.choices ?? [];
  const picture = objects.some((object) => object.kind === "picture");
  return (
    <>
      {item && <KindNote kind={item.kind} />}
      {item?.sent_back && (
        <p className="notice" role="status">
          <b>{w.sentBack}</b> {item.sent_back}
        </p>
      )}
      {item?.assigned && <AssignedNote {...item.assigned} />}
      <h2 className={picture ? "q centred" : "q"}>{question.title || w.question}</h2>
      <div className="item-wrap">
        {state.queue.map((held, i) => (
          <ItemView key={held.handle} item={held} objects={objects} hidden={i > 0} />
        ))}
      </div>
      <AnswerButtons
        classes={question.classes}
        previous={previous}
        disabled={state.undoing}
        onChoose={choose}
      />
    </>
  );
}

interface SheetsProps {
  sheet: Sheet;
  setSheet: (sheet: Sheet) => void;
  state: DeskState;
  desk: LabelDesk;
  onSignOut: () => void;
}

function Sheets({ sheet, setSheet, state, desk, onSignOut }: SheetsProps) {
  const w = useWords(words);
  const close = () => setSheet(null);
  if (!state.desk || sheet === null) return null;
  const { classes } = state.desk.schema.question;
  const withReason = (put: (reason: string) => void) => (reason: string) => {
    close();
    put(reason);
  };
  switch (sheet) {
    case "skip":
      return (
        <ReasonDialog
          title={w.skipTitle}
          reasons={state.desk.skip_reasons}
          names={w.skipReasons}
          onChoose={withReason((reason) => desk.skip(reason))}
          onClose={close}
        />
      );
    case "flag":
      return (
        <ReasonDialog
          title={w.wrongTitle}
          reasons={Object.keys(w.wrongReasons)}
          names={w.wrongReasons}
          more={{ label: w.wrongMore, send: w.wrongSend }}
          onChoose={withReason((reason) => desk.flag(reason))}
          onClose={close}
        />
      );
    case "recent":
      return <RecentDialog desk={desk} question={state.desk.schema.question} onClose={close} />;
    case "guideline":
      return <Guideline {...state.desk.guideline} onClose={close} />;
    case "refused":
      return (
        <RefusedDialog
          answers={state.refused}
          classes={classes}
          onDismiss={(answer) => {
            if (state.refused.length === 1) close();
            desk.dismiss(answer);
          }}
          onClose={close}
        />
      );
    case "sheet":
      return <KeySheet classes={classes} onClose={close} onSignOut={onSignOut} />;
  }
}
