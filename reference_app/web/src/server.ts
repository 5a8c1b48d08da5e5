// Asking the server to do something. The session is a cookie that no script can read, so nothing is kept here.

import { type Key, keyOfCode, type Values } from "./messages";

export type Fields = Record<string, unknown>;

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A request that was refused, or got no answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfterS = 0,
  ) {
    super(message);
  }
}

const API = "/api/v1";

/** Send a request; give the answer's JSON, or undefined where it has none. */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const init: RequestInit = { method, headers: { Accept: "application/json" }, credentials: "same-origin" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { Accept: "application/json", "Content-Type": "application/json" };
  }
  if (signal !== undefined) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(API + path, init);
  } catch (problem) {
    throw new Refused(0, "", problem instanceof Error ? problem.message : String(problem));
  }
  const text = await response.text();
  const told = parsed(text);
  if (response.ok) return told;
  const fields = isObject(told) ? told : {};
  const code = typeof fields["code"] === "string" ? fields["code"] : "";
  const detail = typeof fields["detail"] === "string" ? fields["detail"] : "";
  throw new Refused(response.status, code, detail, Number(response.headers.get("Retry-After") ?? 0));
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // a proxy in between may answer anything: the status says it
  }
}

/** What a refusal says to the reader, in the reader's language where the page has words for its code. */
export function wordsOf(problem: unknown, t: (key: Key, values?: Values) => string): string {
  if (!(problem instanceof Refused)) return t("app.strange");
  if (problem.status === 0) return t("app.noConnection");
  const key = keyOfCode(problem.code);
  const said = key === undefined ? problem.message || t("app.failed", { status: problem.status }) : t(key);
  return problem.retryAfterS > 0 ? `${said} ${t("app.again", { seconds: problem.retryAfterS })}` : said;
}
