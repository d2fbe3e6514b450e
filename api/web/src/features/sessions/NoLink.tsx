import { useWords } from "../../components/language";
import { Link } from "../../components/router";
import { words } from "./accountWords";

/** An address that lacks its link: what to do instead. */
export function NoLink() {
  const w = useWords(words);
  return (
    <>
      <p>{w.noLink}</p>
      <p>
        <Link href="/signin">{w.enter}</Link>
      </p>
    </>
  );
}
