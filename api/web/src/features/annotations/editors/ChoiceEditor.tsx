import { AnswerButtons } from "../AnswerButtons";
import { classOf } from "../keys";
import type { EditorProps } from "./contract";
import { chosenIn, withChoices } from "./question";
import { useEditorKeys } from "./useEditorKeys";

/** One of the classes, where it is asked beside other questions. */
export default function ChoiceEditor(props: EditorProps) {
  const { question, value, disabled, keys, onAnswer } = props;
  useEditorKeys(keys, (event) => {
    const choice = event.repeat ? undefined : classOf(event, question.classes);
    if (choice) onAnswer(withChoices(question, [choice.key]));
    return choice !== undefined;
  });
  return (
    <AnswerButtons
      classes={question.classes}
      previous={chosenIn(value)}
      disabled={disabled}
      onChoose={(choice, doubled) => onAnswer(withChoices(question, [choice.key]), doubled)}
    />
  );
}
