import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { Assignment, ChoiceClass, Desk, Question } from "../../client/types";
import { useWords } from "../../components/language";
import { later } from "../../components/later";
import { Failure } from "../../components/Notice";
import { AnswerButtons } from "./AnswerButtons";
import { AssignedNote } from "./AssignedNote";
import "./annotate.css";
import { LabelDesk } from "./desk";
import { useEditors } from "./editors/loading";
import { chosenIn, drawsOnItem, withChoices } from "./editors/question";
import type { DeskState } from "./state";
import { Foot, Head } from "./Edges";
import { ItemView } from "./ItemView";
import { KindNote } from "./KindNote";
import { NoWorkView } from "./NoWorkView";
import { type Sheet, Sheets } from "./Sheets";
import { StatusLine } from "./StatusLine";
import { useKeys } from "./useKeys";
import { words } from "./words";

const FeedbackView = later(async () => (await import("./teaching/FeedbackView")).FeedbackView);

interface AnnotateProps {
  slug: string;
  user: string;
  /** Where the arrow at the upper left leads. */
  back: string;
  onSignOut: () => void;
}

/** One item, one question: the page somebody looks at for eight hours. */
export function AnnotatePage({ slug, user, back, onSignOut }: AnnotateProps) {
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
  const questions = state.desk?.schema.questions ?? NO_QUESTIONS;
  const plain = isPlain(questions);
  const open = sheet !== null || state.taught !== null;
  useKeys({ desk, open, setSheet, choose: plain ? choose : null });
  return (
    <div className="label-page">
      <Head back={back} state={state} onOpen={setSheet} />
      <StatusLine state={state} questions={questions} onShowRefused={() => setSheet("refused")} />
      <main className={stageFor(questions)} id="main" tabIndex={-1}>
        <Stage state={state} desk={desk} choose={choose} open={open} />
      </main>
      <Foot state={state} onUndo={() => void desk.undo()} onOpen={setSheet} />
      <Sheets {...{ sheet, setSheet, state, desk, onSignOut }} />
    </div>
  );
}

type Choose = (choice: ChoiceClass, doubled?: boolean) => void;

const NO_QUESTIONS: Question[] = [];

/** One choice and nothing else: what this page does at its fastest. */
const isPlain = (questions: Question[]): boolean =>
  questions.length === 1 && questions.every((one) => one.kind === "choice");

/** What is drawn upon, or has several questions, gets all the room there is. */
function stageFor(questions: Question[]): string {
  const drawn = questions.length > 1 || questions.some(drawsOnItem);
  return drawn ? "stage wide" : "stage";
}

function answerWith(desk: LabelDesk, choice: ChoiceClass): void {
  const question = desk.getState().desk?.schema.question;
  if (!question) return;
  desk.answer(withChoices(question, [choice.key]));
}

interface StageProps {
  state: DeskState;
  desk: LabelDesk;
  choose: Choose;
  /** Whether a dialog is open. */
  open: boolean;
}

function Stage({ state, desk, choose, open }: StageProps) {
  if (state.error) return <Failure error={state.error} onRetry={() => void desk.load()} />;
  const { desk: shown, queue } = state;
  if (shown && state.taught)
    return (
      <FeedbackView taught={state.taught} question={shown.schema.question} onGoOn={desk.goOn} />
    );
  if (!shown || queue.length === 0) return <NoWorkView state={state} desk={desk} />;
  const plain = isPlain(shown.schema.questions);
  return (
    <>
      <Asked schema={shown.schema} item={queue[0]} />
      {plain ? (
        <Choosing schema={shown.schema} state={state} choose={choose} />
      ) : (
        <Marking schema={shown.schema} state={state} desk={desk} open={open} />
      )}
    </>
  );
}

type Schema = Desk["schema"];

/** The question, and what there is to know before one answers it. */
function Asked({ schema, item }: { schema: Schema; item: Assignment | undefined }) {
  const w = useWords(words);
  const { questions, question, objects } = schema;
  const picture = isPlain(questions) && objects.some((object) => object.kind === "picture");
  const title = questions.length === 1 ? question.title || w.titles[question.kind] : w.allOfThese;
  return (
    <div className="asked">
      {item && <KindNote kind={item.kind} />}
      {item?.sent_back && (
        <p className="notice" role="status">
          <b>{w.sentBack}</b> {item.sent_back}
        </p>
      )}
      {item?.assigned && <AssignedNote {...item.assigned} />}
      <h2 className={picture ? "q centred" : "q"}>{title}</h2>
    </div>
  );
}

interface ChoosingProps {
  schema: Schema;
  state: DeskState;
  choose: Choose;
}

/** One choice: the item, and its answers below. */
function Choosing({ schema, state, choose }: ChoosingProps) {
  const { question, objects } = schema;
  return (
    <>
      <div className="item-wrap">
        {state.queue.map((held, i) => (
          <ItemView key={held.handle} item={held} objects={objects} hidden={i > 0} />
        ))}
      </div>
      <AnswerButtons
        classes={question.classes}
        previous={chosenIn(state.queue[0]?.previous?.result ?? [])}
        disabled={state.undoing}
        onChoose={choose}
      />
    </>
  );
}

interface MarkingProps {
  schema: Schema;
  state: DeskState;
  desk: LabelDesk;
  open: boolean;
}

/** Every other question: its editor was fetched with the project's schema. */
function Marking({ schema, state, desk, open }: MarkingProps) {
  const kinds = schema.questions.map((one) => one.kind);
  const { Editing, editors, failed, retry } = useEditors(kinds);
  const [item] = state.queue;
  if (failed) return <Failure error={failed} onRetry={retry} />;
  if (!Editing || !item) return <div className="item-wrap" aria-busy="true" />;
  return (
    <Editing
      {...{ schema, editors, item }}
      queue={state.queue}
      begun={desk.begun(item)}
      disabled={state.undoing}
      keys={!open}
      onDraft={(result) => desk.draft(item.handle, result)}
      onSubmit={(result, doubled = false) => {
        if (!doubled || !desk.justShown) desk.answer(result);
      }}
    />
  );
}
