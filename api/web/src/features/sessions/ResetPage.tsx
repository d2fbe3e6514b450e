import { useEffect, useState } from "react";
import { hub } from "../../client/hub";
import { useWords } from "../../components/language";
import { Page } from "../../components/Notice";
import { words } from "./accountWords";
import { Field, Form } from "../../components/Form";
import { takeFragment } from "./fragment";
import { NoLink } from "./NoLink";

interface ResetPageProps {
  onIn: (next: string) => Promise<void>;
}

/** Sets a new password by the one-time link in the address, which is used up only then. */
export function ResetPage({ onIn }: ResetPageProps) {
  const w = useWords(words);
  const [secret] = useState(takeFragment);
  const [password, setPassword] = useState("");
  useEffect(() => {
    document.title = `${w.resetTitle} · labelloop`;
  }, [w]);
  return (
    <Page>
      <div className="stack signin">
        <h1>{w.resetTitle}</h1>
        {secret ? (
          <Form
            submit={w.keep}
            onSubmit={async () => onIn((await hub.resetPassword(secret, password)).next)}
          >
            <Field
              label={w.newPassword}
              value={password}
              onChange={setPassword}
              type="password"
              autoComplete="new-password"
              hint={w.rule}
              required
            />
          </Form>
        ) : (
          <NoLink />
        )}
      </div>
    </Page>
  );
}
