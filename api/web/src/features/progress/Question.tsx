import { type ReactNode, useId } from "react";
import { Guard } from "../../components/Guard";
import { Rich } from "./Plot";

interface QuestionProps {
  title: string;
  /** The answer in words, before any picture. */
  answer: string;
  children: ReactNode;
}

/** One of the five questions: the answer stands left in words, the evidence right. */
export function Question({ title, answer, children }: QuestionProps) {
  const heading = useId();
  return (
    <section className="q5" aria-labelledby={heading}>
      <div className="ask">
        <h2 id={heading}>{title}</h2>
        <p>
          <Rich text={answer} />
        </p>
      </div>
      <div className="ev">
        <Guard>{children}</Guard>
      </div>
    </section>
  );
}
