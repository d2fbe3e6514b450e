import { useCallback, useEffect, useId, useState } from "react";
import { Problem } from "../../client/http";
import { hub } from "../../client/hub";
import type { Membership, OwnAttributes } from "../../client/types";
import { Form } from "../../components/Form";
import { useWords } from "../../components/language";
import { Failure } from "../../components/Notice";
import { words } from "./accountWords";

/** What one's projects ask of oneself, each with its own consent; nothing where none asks. */
export function OwnGroups({ memberships }: { memberships: Membership[] }) {
  const seated = memberships.filter((one) => one.can_annotate);
  return seated.map((one) => (
    <ProjectGroups key={one.project} slug={one.project} title={one.title} />
  ));
}

/** One has no seat there, or has lost it since the page was opened. */
const NOT_ASKED = new Set([403, 404]);

function ProjectGroups({ slug, title }: { slug: string; title: string }) {
  const [own, setOwn] = useState<OwnAttributes | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const load = useCallback(
    () =>
      void hub.ownAttributes(slug).then(
        (found) => {
          setFailed(null);
          setOwn(found);
        },
        (error: unknown) => {
          if (!(error instanceof Problem && NOT_ASKED.has(error.status))) setFailed(error);
        },
      ),
    [slug],
  );
  useEffect(load, [load]);
  if (failed !== null) return <Failure error={failed} onRetry={load} />;
  if (!own || Object.keys(own.asked).length === 0) return null;
  return <Groups slug={slug} title={title} own={own} onGiven={setOwn} />;
}

interface GroupsProps {
  slug: string;
  title: string;
  own: OwnAttributes;
  onGiven: (own: OwnAttributes) => void;
}

function Groups({ slug, title, own, onGiven }: GroupsProps) {
  const w = useWords(words);
  const heading = useId();
  const hasGiven = Object.keys(own.given).length > 0;
  const [said, setSaid] = useState(own.given);
  const [consents, setConsents] = useState(hasGiven);
  const [note, setNote] = useState("");
  const say = (name: string, value: string) => {
    setNote("");
    const others = Object.entries(said).filter(([one]) => one !== name);
    setSaid(Object.fromEntries(value === "" ? others : [...others, [name, value]]));
  };
  const give = async () => {
    onGiven(await hub.giveAttributes(slug, said));
    setNote(w.groupsSaved);
  };
  const withdraw = async () => {
    await hub.withdrawAttributes(slug);
    onGiven({ ...own, given: {} });
    setSaid({});
    setConsents(false);
    setNote(w.groupsWithdrawn);
  };
  return (
    <section className="stack own-groups" aria-labelledby={heading}>
      <h2 id={heading}>{w.groupsTitle(title)}</h2>
      <p>{w.groupsWhy}</p>
      <p>{w.groupsPrivate(own.least_n)}</p>
      <Form submit={w.groupsSave} onSubmit={give}>
        {Object.entries(own.asked).map(([name, values]) => (
          <Choice
            key={name}
            name={name}
            values={values}
            value={said[name] ?? ""}
            onChange={(value) => say(name, value)}
          />
        ))}
        <label className="row consent">
          <input
            type="checkbox"
            required
            checked={consents}
            onChange={(event) => setConsents(event.target.checked)}
          />
          <span className="grow">{w.groupsConsent}</span>
        </label>
      </Form>
      {hasGiven && (
        <Form submit={w.groupsWithdraw} tone="danger" onSubmit={withdraw}>
          {null}
        </Form>
      )}
      <p role="status">{note}</p>
    </section>
  );
}

interface ChoiceProps {
  name: string;
  values: string[];
  value: string;
  onChange: (value: string) => void;
}

function Choice({ name, values, value, onChange }: ChoiceProps) {
  const w = useWords(words);
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{name.replaceAll("_", " ")}</label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{w.groupsUnsaid}</option>
        {values.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}
