import { useEffect, useState } from "react";
import { Problem } from "../../client/http";
import { hub } from "../../client/hub";
import { useWords } from "../../components/language";
import { later } from "../../components/later";
import { Failure, Page } from "../../components/Notice";
import { navigate } from "../../components/router";
import { takeFragment } from "./fragment";
import { ownPath } from "./ownPath";
import { words } from "./words";

interface SignInProps {
  onSignedIn: () => Promise<void>;
}

// Who comes by a link waits for no form.
const PasswordDoor = later(async () => (await import("./PasswordDoor")).PasswordDoor);

/** Signs in by the one-time link in the address; without one it says how to get it. */
export function SignInPage({ onSignedIn }: SignInProps) {
  const w = useWords(words);
  const [link] = useState(takeFragment);
  const [error, setError] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = `${w.title} · labelloop`;
  }, [w]);
  useEffect(() => {
    if (!link) return;
    const enter = async () => {
      try {
        const { next } = await hub.signIn(link);
        await onSignedIn();
        navigate(ownPath(next), { replace: true });
      } catch (refused) {
        setError(refused);
      }
    };
    void enter();
  }, [link, attempt, onSignedIn]);
  const goTo = async (next: string) => {
    await onSignedIn();
    navigate(ownPath(next), { replace: true });
  };
  const retry = () => {
    setError(null);
    setAttempt((before) => before + 1);
  };
  return (
    <Page>
      <div className="stack signin">
        <h1>{w.title}</h1>
        {isUsedUp(error) ? (
          <p className="notice no" role="alert">
            {w.usedUp}
          </p>
        ) : (
          error !== null && <Failure error={error} onRetry={retry} />
        )}
        {link && error === null ? (
          <p role="status">{w.signingIn}</p>
        ) : (
          <>
            <PasswordDoor onIn={goTo} />
            <HowTo />
          </>
        )}
      </div>
    </Page>
  );
}

/** A link that the hub knows no more: to try it again is of no use. */
const isUsedUp = (error: unknown): boolean => error instanceof Problem && error.status === 401;

function HowTo() {
  const w = useWords(words);
  return (
    <>
      <p>{w.byLink}</p>
      <p>{w.howStart}</p>
      <pre className="mono command">labelloop user link</pre>
      <p>{w.howOwner}</p>
      <p className="dim">{w.once}</p>
    </>
  );
}
