import { useState } from "react";
import { useWords } from "../language";
import { Field, Form } from "../parts/Form";
import { Title } from "../parts/Title";
import { goTo } from "../route";
import { isObject, Refused, send } from "../server";
import { useSession } from "../session";

/** Password, then the code where there is a second factor. */
export function SignIn({ onDone = () => goTo("/security") }: { onDone?: () => void }) {
  const { t } = useWords();
  const { renew } = useSession();
  const [waits, setWaits] = useState(false);
  const entered = async (answer: unknown): Promise<void> => {
    if (!isObject(answer)) throw new TypeError("no sign-in");
    if (answer["second_factor"] === "required") {
      setWaits(true);
      return;
    }
    await renew();
    onDone();
  };
  const shown = async (code: string): Promise<void> => {
    try {
      await entered(await send("POST", "/auth/second-factor", { code }));
    } catch (problem) {
      // The sign-in waited too long: begin anew.
      if (problem instanceof Refused && problem.code === "session.ended") setWaits(false);
      throw problem;
    }
  };
  if (waits)
    return (
      <section className="narrow" key="code">
        <Title>{t("signIn.codeTitle")}</Title>
        <Form submit={t("signIn.codeSubmit")} onSubmit={({ code = "" }) => shown(code)}>
          <Field label={t("field.code")} name="code" autoComplete="one-time-code" hint={t("field.codeHint")} />
        </Form>
      </section>
    );
  return (
    <section className="narrow" key="password">
      <Title>{t("signIn.title")}</Title>
      <Form
        submit={t("signIn.submit")}
        onSubmit={async ({ email = "", password = "" }) => entered(await send("POST", "/auth/login", { email, password }))}
      >
        <Field label={t("field.email")} name="email" type="email" autoComplete="username" />
        <Field label={t("field.password")} name="password" type="password" autoComplete="current-password" />
      </Form>
      <ul className="links">
        <li>
          <a href="#/forgot">{t("signIn.forgot")}</a>
        </li>
        <li>
          <a href="#/sign-up">{t("signIn.new")}</a>
        </li>
      </ul>
    </section>
  );
}
