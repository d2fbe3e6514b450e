import { useWords } from "../../../components/language";
import type { EditorProps } from "./contract";
import { ratingIn, withRating } from "./question";
import { useEditorKeys } from "./useEditorKeys";
import { words } from "./words";

const DIGITS = 10;

/** A number of stars: its digit, or a touch, answers. */
export default function RatingEditor(props: EditorProps) {
  const { question, value, disabled, keys, onAnswer } = props;
  const w = useWords(words);
  const most = question.max_rating ?? 5;
  const given = ratingIn(value);
  const steps = Array.from({ length: most }, (_, i) => i + 1);
  useEditorKeys(keys, (event) => {
    const rating = event.key === "0" ? DIGITS : Number(event.key);
    if (!/^\d$/.test(event.key) || rating > most || event.repeat) return false;
    onAnswer(withRating(question, rating));
    return true;
  });
  return (
    <div className="rating" role="group" aria-label={w.rating(most)}>
      {steps.map((rating) => (
        <button
          key={rating}
          type="button"
          className={rating === given ? "ans before" : "ans"}
          aria-pressed={given === null ? undefined : rating === given}
          aria-label={w.stars(rating, most)}
          aria-keyshortcuts={rating <= DIGITS ? String(rating % DIGITS) : undefined}
          aria-disabled={disabled}
          onClick={(event) => onAnswer(withRating(question, rating), event.detail > 1)}
        >
          <span aria-hidden="true">{rating}</span>
          <span className="star" aria-hidden="true">
            ★
          </span>
        </button>
      ))}
    </div>
  );
}
