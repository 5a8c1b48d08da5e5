import { type ReactNode, useEffect } from "react";
import { LanguageProvider, useWords } from "./language";
import { type Language, LANGUAGES } from "./messages";
import { Forgot, Join, LoginLink, Reset, Verify } from "./pages/ByMail";
import { Security } from "./pages/Security";
import { SignIn } from "./pages/SignIn";
import { SignUp } from "./pages/SignUp";
import { Status } from "./pages/Status";
import { goTo, type Place, usePlace } from "./route";
import { send } from "./server";
import { SessionProvider, useSession } from "./session";

const NAMES: Record<Language, string> = { en: "English", id: "Bahasa Indonesia" };

function LanguageChoice() {
  const { language, setLanguage, t } = useWords();
  return (
    <label>
      <span className="sr">{t("app.language")}</span>
      <select
        value={language}
        onChange={(event) => setLanguage(LANGUAGES.find((each) => each === event.target.value) ?? "en")}
      >
        {LANGUAGES.map((each) => (
          <option key={each} value={each} lang={each}>
            {NAMES[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

function Link({ to, here, children }: { to: string; here: string; children: ReactNode }) {
  return (
    <a href={`#${to}`} aria-current={to === here ? "page" : undefined}>
      {children}
    </a>
  );
}

function Header({ path }: { path: string }) {
  const { t } = useWords();
  const { session, renew } = useSession();
  const signOut = async (): Promise<void> => {
    try {
      await send("POST", "/auth/logout");
    } finally {
      await renew(); // what the server says now holds, whatever became of the request
    }
    goTo("/sign-in");
  };
  return (
    <header>
      <a className="brand" href="#/">
        ForexAI
      </a>
      <nav aria-label={t("app.menu")}>
        <Link to="/" here={path}>
          {t("app.status")}
        </Link>
        {session.state === "in" && (
          <Link to="/security" here={path}>
            {t("app.security")}
          </Link>
        )}
        {session.state === "out" && (
          <>
            <Link to="/sign-in" here={path}>
              {t("app.signIn")}
            </Link>
            <Link to="/sign-up" here={path}>
              {t("app.signUp")}
            </Link>
          </>
        )}
      </nav>
      {session.state === "in" && (
        <p className="who">
          <span>{t("app.signedInAs", { name: session.me.name })}</span>{" "}
          <button type="button" onClick={() => void signOut()}>
            {t("app.signOut")}
          </button>
        </p>
      )}
      <LanguageChoice />
    </header>
  );
}

function Page({ place }: { place: Place }) {
  const { t } = useWords();
  const { session } = useSession();
  switch (place.path) {
    case "/sign-in":
      return <SignIn />;
    case "/sign-up":
      return <SignUp />;
    case "/verify":
      return <Verify token={place.token} />;
    case "/forgot":
      return <Forgot />;
    case "/reset":
      return <Reset token={place.token} />;
    case "/join":
      return <Join token={place.token} />;
    case "/login":
      return <LoginLink token={place.token} />;
    case "/security":
      if (session.state === "waiting") return <p role="status">{t("app.waiting")}</p>;
      return session.state === "in" ? <Security /> : <SignIn />;
    default:
      return <Status />;
  }
}

function Shell() {
  const { t, language } = useWords();
  const place = usePlace();
  useEffect(() => {
    document.title = place.path === "/" ? "ForexAI" : `ForexAI · ${document.querySelector("h1")?.textContent ?? ""}`;
  }, [place, language]);
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        {t("app.skip")}
      </a>
      <Header path={place.path} />
      <main id="main" tabIndex={-1}>
        <Page key={place.path} place={place} />
      </main>
    </>
  );
}

export function App() {
  return (
    <LanguageProvider>
      <SessionProvider>
        <Shell />
      </SessionProvider>
    </LanguageProvider>
  );
}
