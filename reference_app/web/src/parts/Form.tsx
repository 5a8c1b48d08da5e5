import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { useWords } from "../language";
import { wordsOf } from "../server";

interface FormProps {
  children: ReactNode;
  submit: string;
  onSubmit: (values: Record<string, string>) => Promise<void>;
}

/** A form that says what was refused, and sends nothing twice. */
export function Form({ children, submit, onSubmit }: FormProps) {
  const { t } = useWords();
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const alert = useRef<HTMLParagraphElement>(null);
  const sent = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const values: Record<string, string> = {};
    for (const [name, value] of new FormData(event.currentTarget)) if (typeof value === "string") values[name] = value;
    setBusy(true);
    setProblem("");
    try {
      await onSubmit(values);
    } catch (refused) {
      setProblem(wordsOf(refused, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void sent(event)}>
      {children}
      <p role="alert" className="failed" hidden={problem === ""} ref={alert}>
        {problem}
      </p>
      <button type="submit" aria-disabled={busy}>
        {busy ? t("app.sending") : submit}
      </button>
    </form>
  );
}

interface FieldProps {
  label: string;
  name: string;
  type?: "text" | "email" | "password";
  autoComplete: string;
  hint?: string;
  minLength?: number;
}

export function Field({ label, name, type = "text", autoComplete, hint, minLength }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        minLength={minLength}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        spellCheck={false}
        autoCapitalize={name === "name" ? "words" : "none"}
      />
      {hint !== undefined && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
