import { useEffect, useState, useSyncExternalStore } from 'react';

/** Modules that the page needs later than its first picture. */
export interface Later<T> {
  /** Fetches them ahead, so that whoever needs them has them at once. */
  readonly fetch: () => Promise<void>;
  /** They, or undefined while they are on the way; fetched when first wanted. */
  readonly useLoaded: (wanted: boolean) => T | undefined;
}

/** Unlike React's `lazy`, what was fetched ahead is drawn in the same render, with no fallback between. */
export function later<T>(load: () => Promise<T>): Later<T> {
  let loaded: T | undefined;
  let fetching: Promise<void> | undefined;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const fetch = (): Promise<void> => {
    fetching ??= load().then(
      (modules) => {
        loaded = modules;
        for (const listener of listeners) listener();
      },
      (error: unknown) => {
        fetching = undefined;
        throw error;
      },
    );
    return fetching;
  };
  function useLoaded(wanted: boolean): T | undefined {
    const modules = useSyncExternalStore(subscribe, () => loaded);
    const [failure, setFailure] = useState<Error>();
    const missing = wanted && modules === undefined;
    useEffect(() => {
      if (missing) fetch().catch((error: unknown) => setFailure(new Error(String(error))));
    }, [missing]);
    // The panel's boundary says so and offers to try again.
    if (failure !== undefined && missing) throw failure;
    return modules;
  }
  return { fetch, useLoaded };
}
