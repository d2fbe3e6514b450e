import { useState } from "react";
import { hub } from "../../client/hub";
import { useWords } from "../../components/language";
import { words } from "./accountWords";
import { Field, Form } from "../../components/Form";

interface PasswordDoorProps {
  onIn: (next: string) => Promise<void>;
}

/** Signs in with a password, or has a link sent where it is forgotten. */
export function PasswordDoor({ onIn }: PasswordDoorProps) {
  const w = useWords(words);
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [forgotten, setForgotten] = useState(false);
  if (forgotten) return <Forgotten email={login} onBack={() => setForgotten(false)} />;
  return (
    <>
      <Form
        submit={w.enter}
        onSubmit={async () => onIn((await hub.signInWith(login, password)).next)}
      >
        <Field label={w.login} value={login} onChange={setLogin} autoComplete="username" required />
        <Field
          label={w.password}
          value={password}
          onChange={setPassword}
          type="password"
          autoComplete="current-password"
          required
        />
      </Form>
      <button type="button" className="btn ghost" onClick={() => setForgotten(true)}>
        {w.forgotten}
      </button>
    </>
  );
}

function Forgotten({ email, onBack }: { email: string; onBack: () => void }) {
  const w = useWords(words);
  const [address, setAddress] = useState(email.includes("@") ? email : "");
  const [sent, setSent] = useState(false);
  return (
    <>
      {sent ? (
        <p role="status">{w.sent}</p>
      ) : (
        <Form
          submit={w.send}
          onSubmit={async () => {
            await hub.askReset(address);
            setSent(true);
          }}
        >
          <Field
            label={w.email}
            value={address}
            onChange={setAddress}
            type="email"
            autoComplete="email"
            required
          />
        </Form>
      )}
      <button type="button" className="btn ghost" onClick={onBack}>
        {w.back}
      </button>
    </>
  );
}
