import { useEffect, useRef, useState } from "react";
import { useWords } from "../language";
import { Field, Form } from "../parts/Form";
import { Title } from "../parts/Title";
import { goTo } from "../route";
import { isObject, send, wordsOf } from "../server";
import { useSession } from "../session";
import { SignIn } from "./SignIn";

function Done({ text }: { text: string }) {
  const { t } = useWords();
  return (
    <>
      <p className="done" role="status">
        {text}
      </p>
      <p>
        <a href="#/sign-in">{t("app.signIn")}</a>
      </p>
    </>
  );
}

/** The link of the mail that proves an address. */
export function Verify({ token }: { token: string }) {
  const { t } = useWords();
  const [kept] = useState(token);
  const [done, setDone] = useState(false);
  return (
    <section className="narrow">
      <Title>{t("verify.title")}</Title>
      {done ? (
        <Done text={t("verify.done")} />
      ) : (
        <>
          <p>{t("verify.text")}</p>
          <Form
            submit={t("verify.submit")}
            onSubmit={async ({ password = "" }) => {
              await send("POST", "/auth/verify-email", { token: kept, password });
              setDone(true);
            }}
          >
            <Field label={t("field.password")} name="password" type="password" autoComplete="current-password" />
          </Form>
        </>
      )}
    </section>
  );
}

export function Forgot() {
  const { t } = useWords();
  const [sentTo, setSentTo] = useState("");
  return (
    <section className="narrow">
      <Title>{t("forgot.title")}</Title>
      {sentTo === "" ? (
        <Form
          submit={t("forgot.submit")}
          onSubmit={async ({ email = "" }) => {
            await send("POST", "/auth/forgot-password", { email });
            setSentTo(email);
          }}
        >
          <Field label={t("field.email")} name="email" type="email" autoComplete="username" />
        </Form>
      ) : (
        <Done text={t("forgot.done", { email: sentTo })} />
      )}
    </section>
  );
}

/** The link of the mail that sets a password. */
export function Reset({ token }: { token: string }) {
  const { t } = useWords();
  const { renew } = useSession();
  const [kept] = useState(token);
  const [done, setDone] = useState(false);
  return (
    <section className="narrow">
      <Title>{t("reset.title")}</Title>
      {done ? (
        <Done text={t("reset.done")} />
      ) : (
        <Form
          submit={t("reset.submit")}
          onSubmit={async ({ password = "" }) => {
            await send("POST", "/auth/reset-password", { token: kept, password });
            await renew();
            setDone(true);
          }}
        >
          <Field
            label={t("field.newPassword")}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={8}
            hint={t("field.passwordHint")}
          />
        </Form>
      )}
    </section>
  );
}

/** The link of an invitation; it is taken up by whoever is signed in with the address that it was sent to. */
export function Join({ token }: { token: string }) {
  const { t } = useWords();
  const { session } = useSession();
  const [kept] = useState(token);
  const [tenant, setTenant] = useState("");
  if (session.state === "waiting") return <p role="status">{t("app.waiting")}</p>;
  if (session.state === "out")
    return (
      <>
        <p className="narrow">{t("join.signIn")}</p>
        <SignIn onDone={() => undefined} />
      </>
    );
  return (
    <section className="narrow">
      <Title>{t("join.title")}</Title>
      {tenant === "" ? (
        <>
          <p>{t("join.text", { email: session.me.email })}</p>
          <Form
            submit={t("join.submit")}
            onSubmit={async () => {
              const joined = await send("POST", "/tenants/join", { token: kept });
              setTenant(isObject(joined) && typeof joined["name"] === "string" ? joined["name"] : "ForexAI");
            }}
          >
            {null}
          </Form>
        </>
      ) : (
        <p className="done" role="status">
          {t("join.done", { tenant })}
        </p>
      )}
    </section>
  );
}

/** The link that `forexai serve --demo` prints. */
export function LoginLink({ token }: { token: string }) {
  const { t } = useWords();
  const { renew } = useSession();
  const [problem, setProblem] = useState("");
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return; // good once: asking twice would refuse the first
    asked.current = true;
    send("POST", "/auth/login-link", { token })
      .then(renew)
      .then(() => goTo("/security"))
      .catch((refused: unknown) => setProblem(wordsOf(refused, t)));
  }, [token, renew, t]);
  return (
    <section className="narrow">
      <Title>{t("loginLink.title")}</Title>
      {problem === "" ? (
        <p role="status">{t("app.waiting")}</p>
      ) : (
        <p role="alert" className="failed">
          {problem}
        </p>
      )}
    </section>
  );
}
