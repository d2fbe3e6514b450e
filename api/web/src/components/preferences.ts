import { useSyncExternalStore } from "react";

/** One remembered choice of this browser, shared by every part of the page that reads it. */
export interface Preference<T extends string> {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export function preference<T extends string>(
  name: string,
  allowed: readonly T[],
  fallback: () => T,
  apply: (value: T) => void = () => undefined,
): Preference<T> {
  const key = `labelloop.${name}`;
  const listeners = new Set<() => void>();
  const remembered = allowed.find((value) => value === read(key));
  let current = remembered ?? fallback();
  apply(current);
  return {
    get: () => current,
    set(value) {
      current = value;
      write(key, value);
      apply(value);
      listeners.forEach((listener) => listener());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function usePreference<T extends string>(from: Preference<T>): T {
  return useSyncExternalStore(from.subscribe, from.get);
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden: the choice lasts as long as the tab
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is forbidden or full: the choice lasts as long as the tab
  }
}
