import { useEffect, useState } from "react";

export interface Place {
  path: string;
  token: string;
}

/** Read `#/verify?token=…`. */
export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);
  return { path: path === "" ? "/" : path, token: new URLSearchParams(query).get("token") ?? "" };
}

/** Where the page is. A token is taken out of the address at once, so that it stays in no history. */
export function usePlace(): Place {
  const [place, setPlace] = useState<Place>(() => placeOf(location.hash));
  useEffect(() => {
    const moved = (): void => setPlace(placeOf(location.hash));
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    if (place.token !== "") history.replaceState(null, "", `#${place.path}`);
  }, [place]);
  return place;
}

export function goTo(path: string): void {
  location.hash = path;
}
