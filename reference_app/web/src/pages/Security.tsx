import { useCallback, useEffect, useState } from "react";
import { useWords } from "../language";
import { Field, Form } from "../parts/Form";
import { Title } from "../parts/Title";
import { goTo } from "../route";
import { isObject, send, wordsOf } from "../server";
import { useSession } from "../session";
import { SecondFactor } from "./SecondFactor";

interface Row {
  id: string;
  agent: string;
  address: string;
  current: boolean;
  seen_ns: string;
}

function isRow(value: unknown): value is Row {
  return (
    isObject(value) &&
    ["id", "agent", "address", "seen_ns"].every((name) => typeof value[name] === "string") &&
    typeof value["current"] === "boolean"
  );
}

function timeOf(ns: string, language: string): string {
  const milliseconds = Number(BigInt(ns) / 1_000_000n);
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(milliseconds);
}

function Sessions() {
  const { t, language } = useWords();
  const { renew } = useSession();
  const [rows, setRows] = useState<Row[]>([]);
  const [problem, setProblem] = useState("");
  const read = useCallback(async () => {
    const told = await send("GET", "/auth/sessions");
    const items = isObject(told) && Array.isArray(told["items"]) ? told["items"] : [];
    setRows(items.filter(isRow));
  }, []);
  const doing = (work: () => Promise<unknown>): void => {
    setProblem("");
    work().catch((refused: unknown) => setProblem(wordsOf(refused, t)));
  };
  useEffect(() => {
    read().catch((refused: unknown) => setProblem(wordsOf(refused, t)));
  }, [read, t]);
  const everywhere = async (): Promise<void> => {
    await send("POST", "/auth/logout-everywhere");
    await renew();
    goTo("/sign-in");
  };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t("security.sessions")}</h2>
      <ul className="rows">
        {rows.map((row) => {
          const name = t("security.session", { agent: row.agent || t("security.unknownAgent"), address: row.address });
          return (
            <li key={row.id}>
              <span>
                {name}
                {row.current && <strong> ({t("security.sessionHere")})</strong>}
                <br />
                <small>{t("security.sessionSeen", { time: timeOf(row.seen_ns, language) })}</small>
              </span>
              {!row.current && (
                <button
                  type="button"
                  aria-label={`${t("security.sessionEnd")}: ${name}`}
                  onClick={() => doing(async () => send("DELETE", `/auth/sessions/${row.id}`).then(read))}
                >
                  {t("security.sessionEnd")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <p role="alert" className="failed" hidden={problem === ""}>
        {problem}
      </p>
      <button type="button" onClick={() => doing(everywhere)}>
        {t("security.everywhere")}
      </button>
    </section>
  );
}

function Password() {
  const { t } = useWords();
  const [changes, setChanges] = useState(0);
  return (
    <section aria-labelledby="password">
      <h2 id="password">{t("security.password")}</h2>
      <div role="status">{changes > 0 && <p className="done">{t("security.passwordDone")}</p>}</div>
      <Form
        key={changes}
        submit={t("security.passwordSubmit")}
        onSubmit={async ({ old = "", fresh = "" }) => {
          await send("POST", "/auth/change-password", { old, new: fresh });
          setChanges(changes + 1);
        }}
      >
        <Field label={t("field.oldPassword")} name="old" type="password" autoComplete="current-password" />
        <Field
          label={t("field.newPassword")}
          name="fresh"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint={t("field.passwordHint")}
        />
      </Form>
    </section>
  );
}

export function Security() {
  const { t } = useWords();
  return (
    <>
      <Title>{t("security.title")}</Title>
      <SecondFactor />
      <Password />
      <Sessions />
    </>
  );
}
