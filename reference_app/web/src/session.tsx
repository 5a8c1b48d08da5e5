import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { isObject, Refused, send } from "./server";

export interface Me {
  email: string;
  name: string;
  second_factor: boolean;
}

export type Session = { state: "waiting" } | { state: "out" } | { state: "in"; me: Me };

interface Sessions {
  session: Session;
  /** Ask the server again who is signed in. */
  renew: () => Promise<void>;
}

const Context = createContext<Sessions>({ session: { state: "waiting" }, renew: () => Promise.resolve() });

function isMe(value: unknown): value is Me {
  return (
    isObject(value) &&
    typeof value["email"] === "string" &&
    typeof value["name"] === "string" &&
    typeof value["second_factor"] === "boolean"
  );
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session>({ state: "waiting" });
  const renew = useCallback(async () => {
    try {
      const me = await send("GET", "/users/me");
      setSession(isMe(me) ? { state: "in", me } : { state: "out" });
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      setSession({ state: "out" });
    }
  }, []);
  useEffect(() => {
    void renew();
  }, [renew]);
  const value = useMemo(() => ({ session, renew }), [session, renew]);
  return <Context value={value}>{children}</Context>;
}

export const useSession = (): Sessions => useContext(Context);
