import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type Key, type Language, LANGUAGES, say, type Values } from "./messages";

interface Words {
  language: Language;
  setLanguage: (language: Language) => void;
  t: (key: Key, values?: Values) => string;
}

const Context = createContext<Words>({ language: "en", setLanguage: () => undefined, t: (key, values) => say("en", key, values) });
const KEPT = "forexai-language";

function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.some((each) => each === text);
}

/** What was chosen before, else the browser's. Some browsers refuse storage: then nothing is kept. */
function firstLanguage(): Language {
  try {
    const kept = localStorage.getItem(KEPT);
    if (isLanguage(kept)) return kept;
  } catch (problem) {
    console.info("The language is not kept:", problem);
  }
  const own = navigator.language.slice(0, 2);
  return isLanguage(own) ? own : "en";
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    try {
      localStorage.setItem(KEPT, language);
    } catch (problem) {
      console.info("The language is not kept:", problem);
    }
  }, [language]);
  const words = useMemo<Words>(
    () => ({ language, setLanguage, t: (key, values) => say(language, key, values) }),
    [language],
  );
  return <Context value={words}>{children}</Context>;
}

export const useWords = (): Words => useContext(Context);
