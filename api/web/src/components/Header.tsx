import type { ReactNode } from "react";
import { useWords } from "./language";
import { Link } from "./router";
import { LanguageSelect, ThemeSelect } from "./Settings";
import { words } from "./words";

export function Logo() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path
        d="M10 2.5a7.5 7.5 0 1 1-6.6 3.9"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
      <circle cx="5.2" cy="4.2" r="2.2" fill="var(--accent)" />
    </svg>
  );
}

interface HeaderProps {
  children?: ReactNode;
  onSignOut?: () => void;
}

/** The bar over every page but the annotator's. */
export function Header({ children, onSignOut }: HeaderProps) {
  const w = useWords(words);
  return (
    <header className="top">
      <a className="skip" href="#main">
        {w.skipToContent}
      </a>
      <Link className="brand" href="/">
        <Logo />
        <span>labelloop</span>
      </Link>
      {children}
      <div className="tools">
        <LanguageSelect />
        <ThemeSelect />
        {onSignOut && (
          <button type="button" className="btn ghost" onClick={onSignOut}>
            {w.signOut}
          </button>
        )}
      </div>
    </header>
  );
}
