import { type SubmitEvent, useState } from "react";
import { hub } from "../../../client/hub";
import type { TaskReason } from "../../../client/types";
import { useFormat } from "../../../components/format";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import { words } from "./words";

/** Why an item was asked about: its tasks with their reasons, newest first. */
export function WhyItem({ slug }: { slug: string }) {
  const w = useWords(words).why;
  const format = useFormat();
  const told = (task: TaskReason) => {
    const why = reasonOf(task);
    return why && w.reason(why);
  };
  const [item, setItem] = useState("");
  const [tasks, setTasks] = useState<TaskReason[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    setError(null);
    hub.whyItem(slug, Number(item)).then(setTasks, (refused: unknown) => {
      setTasks(null);
      setError(refused);
    });
  };
  return (
    <div>
      <h3>{w.title}</h3>
      <form className="row why-item" onSubmit={ask}>
        <label htmlFor="why-item">{w.item}</label>
        <input
          id="why-item"
          className="input"
          type="number"
          min={1}
          required
          value={item}
          onChange={(event) => setItem(event.target.value)}
        />
        <button type="submit" className="btn">
          {w.ask}
        </button>
      </form>
      {error !== null && <Failure error={error} />}
      {tasks?.length === 0 && <p className="cap">{w.none}</p>}
      {tasks && tasks.length > 0 && (
        <ul className="in-words" aria-label={w.title}>
          {tasks.map((task) => (
            <li key={task.task_id}>
              <b>{w.kinds[task.kind] ?? task.kind}</b>, {w.states[task.state] ?? task.state},{" "}
              {format.when(task.created_at)}: {told(task) ?? w.noReason}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The reason in words where the hub gave one so, else what it noted. */
export function reasonOf({ reason }: TaskReason): string | null {
  if (typeof reason.why === "string") return reason.why;
  const noted = Object.entries(reason).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return noted.length > 0 ? noted.join(", ") : null;
}
