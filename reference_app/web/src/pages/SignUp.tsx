import { useState } from "react";
import { useWords } from "../language";
import { Field, Form } from "../parts/Form";
import { Title } from "../parts/Title";
import { send } from "../server";

export function SignUp() {
  const { t, language } = useWords();
  const [sentTo, setSentTo] = useState("");
  return (
    <section className="narrow">
      <Title>{t("signUp.title")}</Title>
      <div aria-live="polite">{sentTo !== "" && <p className="done">{t("signUp.done", { email: sentTo })}</p>}</div>
      {sentTo === "" && (
        <Form
          submit={t("signUp.submit")}
          onSubmit={async ({ name = "", email = "", password = "" }) => {
            await send("POST", "/auth/register", { name, email, password, language });
            setSentTo(email);
          }}
        >
          <Field label={t("field.name")} name="name" autoComplete="name" />
          <Field label={t("field.email")} name="email" type="email" autoComplete="username" />
          <Field
            label={t("field.password")}
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={8}
            hint={t("field.passwordHint")}
          />
        </Form>
      )}
      <ul className="links">
        <li>
          <a href="#/sign-in">{t("signUp.have")}</a>
        </li>
      </ul>
    </section>
  );
}
