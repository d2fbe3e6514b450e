import { useEffect, useState } from "react";
import { hub } from "../../client/hub";
import type { InvitationSeen } from "../../client/types";
import { useWords } from "../../components/language";
import { Failure, Page } from "../../components/Notice";
import { words } from "./accountWords";
import { Field, Form } from "../../components/Form";
import { takeFragment } from "./fragment";
import { NoLink } from "./NoLink";

interface JoinPageProps {
  onIn: (next: string) => Promise<void>;
}

/** Accepts the invitation in the address: as oneself where one is signed in, else as somebody new. */
export function JoinPage({ onIn }: JoinPageProps) {
  const w = useWords(words);
  const [secret] = useState(takeFragment);
  const [seen, setSeen] = useState<InvitationSeen | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    document.title = `${w.joinTitle} · labelloop`;
  }, [w]);
  useEffect(() => {
    if (secret) hub.lookAtInvitation(secret).then(setSeen, setError);
  }, [secret]);
  return (
    <Page>
      <div className="stack signin">
        <h1>{w.joinTitle}</h1>
        {!secret && <NoLink />}
        {error !== null && <Failure error={error} />}
        {secret && !seen && error === null && <p role="status">{w.looking}</p>}
        {seen && (
          <>
            <p>{w.joinTo(seen.title, w.roles[seen.role] ?? seen.role)}</p>
            <Accept secret={secret} seen={seen} onIn={onIn} />
          </>
        )}
      </div>
    </Page>
  );
}

function Accept({ secret, seen, onIn }: JoinPageProps & { secret: string; seen: InvitationSeen }) {
  const w = useWords(words);
  const [name, setName] = useState(seen.name);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const known = seen.signed_in_as;
  const accept = async () => {
    const person = known ? {} : { name, email: email || null, password: password || null };
    await onIn((await hub.acceptInvitation(secret, person)).next);
  };
  return (
    <Form submit={known ? w.joinAs(known) : w.join} onSubmit={accept}>
      {!known && (
        <>
          <Field label={w.name} value={name} onChange={setName} autoComplete="name" required />
          <Field
            label={w.email}
            value={email}
            onChange={setEmail}
            type="email"
            autoComplete="email"
          />
          <Field
            label={w.choose}
            value={password}
            onChange={setPassword}
            type="password"
            autoComplete="new-password"
            hint={w.without}
          />
        </>
      )}
    </Form>
  );
}
