import { useEffect, useState } from "react";
import { hub } from "../../client/hub";
import type { Me } from "../../client/types";
import { useWords } from "../../components/language";
import { Page } from "../../components/Notice";
import { words } from "./accountWords";
import { Field, Form } from "../../components/Form";
import { OwnGroups } from "./OwnGroups";

/** One's own password, set or changed, one's other sessions, and what one says of oneself. */
export function AccountPage({ me, onChanged }: { me: Me; onChanged: () => Promise<void> }) {
  const w = useWords(words);
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [note, setNote] = useState("");
  useEffect(() => {
    document.title = `${w.accountTitle} · labelloop`;
  }, [w]);
  const change = async () => {
    setNote("");
    await hub.setPassword(next, me.has_password ? current : null);
    setCurrent("");
    setNext("");
    await onChanged();
    setNote(w.changed);
  };
  const leaveElsewhere = async () => {
    await hub.signOutElsewhere();
    setNote(w.elsewhereDone);
  };
  return (
    <Page>
      <div className="stack signin">
        <h1>{w.accountTitle}</h1>
        <p>{me.name}</p>
        <Form submit={me.has_password ? w.change : w.setOne} onSubmit={change}>
          {me.has_password && (
            <Field
              label={w.current}
              value={current}
              onChange={setCurrent}
              type="password"
              autoComplete="current-password"
              required
            />
          )}
          <Field
            label={w.newPassword}
            value={next}
            onChange={setNext}
            type="password"
            autoComplete="new-password"
            hint={w.rule}
            required
          />
        </Form>
        <Form submit={w.elsewhere} tone="quiet" onSubmit={leaveElsewhere}>
          {null}
        </Form>
        <p role="status">{note}</p>
        <OwnGroups memberships={me.memberships} />
      </div>
    </Page>
  );
}
