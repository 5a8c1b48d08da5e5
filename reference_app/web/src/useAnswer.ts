import { useEffect, useState } from "react";

export type Answer<T> = { state: "waiting" } | { state: "here"; value: T } | { state: "failed"; problem: string };

/** Ask the server, again every so often, and keep the last answer; what comes too late is dropped. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, everyMs?: number): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({ state: "waiting" });
  useEffect(() => {
    const stop = new AbortController();
    const once = (): void => {
      ask(stop.signal).then(
        (value) => {
          if (!stop.signal.aborted) setAnswer({ state: "here", value });
        },
        (problem: unknown) => {
          if (stop.signal.aborted) return;
          setAnswer({ state: "failed", problem: problem instanceof Error ? problem.message : String(problem) });
        },
      );
    };
    once();
    const timer = everyMs === undefined ? undefined : setInterval(once, everyMs);
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [ask, everyMs]);
  return answer;
}
