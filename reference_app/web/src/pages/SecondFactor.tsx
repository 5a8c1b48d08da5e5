import { useEffect, useState } from "react";
import { useWords } from "../language";
import { Field, Form } from "../parts/Form";
import { QrCode } from "../parts/QrCode";
import { isObject, send } from "../server";
import { useSession } from "../session";

interface Begun {
  secret: string;
  uri: string;
}

function isBegun(value: unknown): value is Begun {
  return isObject(value) && typeof value["secret"] === "string" && typeof value["uri"] === "string";
}

function codesOf(value: unknown): string[] {
  const codes = isObject(value) ? value["codes"] : undefined;
  if (!Array.isArray(codes)) throw new TypeError("no recovery codes");
  return codes.filter((each): each is string => typeof each === "string");
}

function Codes({ codes, kept }: { codes: string[]; kept: () => void }) {
  const { t } = useWords();
  return (
    <div role="status">
      <p>{t("security.factorCodes")}</p>
      <ul className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <button type="button" onClick={kept}>
        {t("security.factorKept")}
      </button>
    </div>
  );
}

function Begin({ begun }: { begun: (what: Begun) => void }) {
  const { t } = useWords();
  return (
    <>
      <p>{t("security.factorOff")}</p>
      <Form
        submit={t("security.factorBegin")}
        onSubmit={async ({ password = "" }) => {
          const told = await send("POST", "/auth/2fa/enrol", { password });
          if (!isBegun(told)) throw new TypeError("no secret");
          begun(told);
        }}
      >
        <Field label={t("field.password")} name="password" type="password" autoComplete="current-password" />
      </Form>
    </>
  );
}

function Confirm({ begun, confirmed }: { begun: Begun; confirmed: (codes: string[]) => void }) {
  const { t } = useWords();
  return (
    <>
      <p>{t("security.factorScan")}</p>
      <QrCode text={begun.uri} label={t("security.factorQr")} />
      <p>
        {t("security.factorSecret")}: <code className="secret">{begun.secret}</code>
      </p>
      <Form
        submit={t("security.factorConfirm")}
        onSubmit={async ({ code = "" }) => confirmed(codesOf(await send("POST", "/auth/2fa/confirm", { code })))}
      >
        <Field label={t("field.code")} name="code" autoComplete="one-time-code" hint={t("field.codeHint")} />
      </Form>
    </>
  );
}

function Remove({ removed }: { removed: () => Promise<void> }) {
  const { t } = useWords();
  const [left, setLeft] = useState<number>();
  useEffect(() => {
    const stop = new AbortController();
    send("GET", "/users/me/stats", undefined, stop.signal).then(
      (told) => {
        const count = isObject(told) ? told["recovery_codes_left"] : undefined;
        if (typeof count === "number") setLeft(count);
      },
      (problem: unknown) => console.info("The recovery codes cannot be counted:", problem),
    );
    return () => stop.abort();
  }, []);
  return (
    <>
      <p className="done">{t("security.factorOn")}</p>
      {left !== undefined && <p>{t("security.factorLeft", { count: left })}</p>}
      <details>
        <summary>{t("security.factorRemove")}</summary>
        <Form
          submit={t("security.factorRemove")}
          onSubmit={async ({ password = "", code = "" }) => {
            await send("POST", "/auth/2fa/disable", { password, code });
            await removed();
          }}
        >
          <Field label={t("field.password")} name="password" type="password" autoComplete="current-password" />
          <Field label={t("field.code")} name="code" autoComplete="one-time-code" hint={t("field.codeHint")} />
        </Form>
      </details>
    </>
  );
}

/** The second factor: none, being set up, or there. */
export function SecondFactor() {
  const { t } = useWords();
  const { session, renew } = useSession();
  const [begun, setBegun] = useState<Begun>();
  const [codes, setCodes] = useState<string[]>([]);
  const there = session.state === "in" && session.me.second_factor;
  let content = <Begin begun={setBegun} />;
  if (codes.length > 0) content = <Codes codes={codes} kept={() => setCodes([])} />;
  else if (there) content = <Remove removed={renew} />;
  else if (begun !== undefined)
    content = (
      <Confirm
        begun={begun}
        confirmed={(made) => {
          setCodes(made);
          setBegun(undefined);
          void renew();
        }}
      />
    );
  return (
    <section aria-labelledby="factor">
      <h2 id="factor">{t("security.factor")}</h2>
      {content}
    </section>
  );
}
