import { lazy, Suspense, useEffect, useState } from "react";
import { hub } from "../../client/hub";
import { useWords } from "../../components/language";
import { Failure, Page } from "../../components/Notice";
import { navigate } from "../../components/router";
import { takeFragment } from "./fragment";
import { ownPath } from "./ownPath";
import { words } from "./words";

interface SignInProps {
  onSignedIn: () => Promise<void>;
}

// Who comes by a link waits for no form.
const PasswordDoor = lazy(async () => {
  const { PasswordDoor } = await import("./PasswordDoor");
  return { default: PasswordDoor };
});

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
        {error !== null && (
          <>
            <p>{w.failed}</p>
            <Failure error={error} onRetry={retry} />
          </>
        )}
        {link && error === null ? (
          <p role="status">{w.signingIn}</p>
        ) : (
          <>
            <Suspense>
              <PasswordDoor onIn={goTo} />
            </Suspense>
            <HowTo />
          </>
        )}
      </div>
    </Page>
  );
}

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
