import { useEffect, useState } from "react";
import { hub } from "../../../client/hub";
import { Dialog } from "../../../components/Dialog";
import { Check, Field, Form, Select } from "../../../components/Form";
import { useWords } from "../../../components/language";
import { Failure } from "../../../components/Notice";
import { words as page } from "../words";
import { changes, type Draft, draftOf, type Settings, settingsOf, STRATEGIES } from "./policy";
import { words } from "./words";

interface DialogProps {
  slug: string;
  onClose: () => void;
  onSaved: () => void;
}

/** What a project aims at, how items are chosen for it, and when a model may label by itself. */
export function SettingsDialog({ slug, onClose, onSaved }: DialogProps) {
  const w = useWords(words);
  const [known, setKnown] = useState<{ version: number; policy: Settings } | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => void hub.policy(slug).then(setKnown, setError), [slug]);
  return (
    <Dialog
      title={w.title}
      onClose={onClose}
      {...(known ? { note: w.version(known.version) } : {})}
    >
      {error !== null && <Failure error={error} />}
      {!known && error === null && <p role="status">{w.loading}</p>}
      {known && <SettingsForm slug={slug} policy={known.policy} onSaved={onSaved} />}
    </Dialog>
  );
}

interface FormProps {
  slug: string;
  policy: Settings;
  onSaved: () => void;
}

function SettingsForm({ slug, policy, onSaved }: FormProps) {
  const w = useWords(words);
  const [draft, setDraft] = useState(() => draftOf(policy));
  const [note, setNote] = useState("");
  const put = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const save = async () => {
    const changed = changes(policy, settingsOf(draft, policy));
    if (Object.keys(changed).length === 0) {
      setNote(w.nothing);
      return;
    }
    await hub.changePolicy(slug, changed);
    onSaved();
  };
  return (
    <Form submit={w.save} onSubmit={save}>
      <Target draft={draft} put={put} />
      <Choosing draft={draft} put={put} />
      <AutoLabelling draft={draft} put={put} />
      <p role="status" className="cap">
        {note}
      </p>
    </Form>
  );
}

interface PartProps {
  draft: Draft;
  put: (change: Partial<Draft>) => void;
}

const PERCENT = { type: "number", min: 0, max: 100, step: "any" } as const;

function Target({ draft, put }: PartProps) {
  const w = useWords(words);
  return (
    <fieldset className="stack">
      <legend>{w.target}</legend>
      <Field
        {...PERCENT}
        label={w.accuracy}
        hint={w.accuracyWhy}
        value={draft.accuracy}
        onChange={(accuracy) => put({ accuracy })}
      />
      <Field
        {...PERCENT}
        label={w.classRecall}
        hint={w.classRecallWhy}
        value={draft.classRecall}
        onChange={(classRecall) => put({ classRecall })}
      />
    </fieldset>
  );
}

function Choosing({ draft, put }: PartProps) {
  const w = useWords(words);
  const { strategies } = useWords(page);
  const names = STRATEGIES.includes(draft.strategy) ? STRATEGIES : [draft.strategy, ...STRATEGIES];
  return (
    <fieldset className="stack">
      <legend>{w.choosing}</legend>
      <Select
        label={w.strategy}
        value={draft.strategy}
        options={names.map((name) => [name, strategies[name] ?? name])}
        onChange={(strategy) => put({ strategy })}
      />
      <Field
        {...PERCENT}
        label={w.randomShare}
        hint={w.randomShareWhy}
        value={draft.randomShare}
        onChange={(randomShare) => put({ randomShare })}
        required
      />
      <Select
        label={w.scheduler}
        value={draft.scheduler}
        options={(["off", "advise", "act"] as const).map((name) => [name, w.schedulers[name]])}
        onChange={(scheduler) => put({ scheduler })}
      />
    </fieldset>
  );
}

function AutoLabelling({ draft, put }: PartProps) {
  const w = useWords(words);
  return (
    <fieldset className="stack">
      <legend>{w.autolabels}</legend>
      <Check label={w.enabled} on={draft.autolabel} onChange={(autolabel) => put({ autolabel })} />
      <Field
        {...PERCENT}
        label={w.precision}
        value={draft.precision}
        onChange={(precision) => put({ precision })}
        required
      />
      <Field
        {...PERCENT}
        label={w.confidence}
        value={draft.confidence}
        onChange={(confidence) => put({ confidence })}
        required
      />
      <Select
        label={w.scope}
        value={draft.scope}
        options={(["pooled", "class"] as const).map((name) => [name, w.scopes[name]])}
        onChange={(scope) => put({ scope })}
      />
    </fieldset>
  );
}
