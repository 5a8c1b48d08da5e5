import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { App } from "./App";
import { say } from "./messages";
import { uptimeText } from "./pages/Status";
import { placeOf } from "./route";

const HEALTH = { status: "ok", version: "1.2.3", plugins: 6, uptime_s: 3_725.5 };
const OFFERED = { summary: "", plugin: "core", distribution: "forexai-core", version: "1.2.3", tier: "free" };
const PLUGINS = {
  problems: 0,
  items: [
    { ...OFFERED, kind: "strategy", name: "sma-cross", title: "SMA cross" },
    { ...OFFERED, kind: "data", name: "file", title: "A file", summary: "Bars <b>or</b> ticks." },
  ],
};
const ME = { id: "1", email: "ada@example.org", name: "Ada", language: "en", second_factor: false };

type Answers = Record<string, (body: unknown) => Response | Promise<Response>>;
const asked: string[] = [];

function answering(answers: Answers): void {
  asked.length = 0;
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    const key = `${init.method ?? "GET"} ${path.replace("/api/v1", "")}`;
    asked.push(key);
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    return Promise.resolve((answers[key] ?? (() => Response.json({ status: 404 }, { status: 404 })))(body));
  });
}

function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ status, code, detail: "the server's own words" }, { status, headers });
}

const signedOut = () => refusal(401, "session.ended");

function type(label: string | RegExp, value: string): void {
  fireEvent.change(screen.getByLabelText(label, { selector: "input" }), { target: { value } });
}

function submit(label: string): void {
  const form = screen.getByLabelText(label, { selector: "input" }).closest("form");
  if (form === null) throw new Error(`No form holds '${label}'.`);
  fireEvent.submit(form);
}

beforeEach(() => {
  location.hash = "";
  localStorage.clear();
  document.title = "ForexAI";
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the status", () => {
  it("shows health and plugins, and plugins of one kind", async () => {
    answering({ "GET /health": () => Response.json(HEALTH), "GET /plugins": () => Response.json(PLUGINS) });
    render(<App />);
    expect(await screen.findByText("Everything works")).toBeTruthy();
    expect(screen.getByText("1 h 2 min")).toBeTruthy();
    expect(await screen.findByText("SMA cross")).toBeTruthy();
    // what a plugin says of itself is text, never markup
    expect(screen.getByText(/Bars <b>or<\/b> ticks\./)).toBeTruthy();
    fireEvent.change(screen.getByLabelText(/Kind/), { target: { value: "data" } });
    expect(screen.queryByText("SMA cross")).toBeNull();
    expect(screen.getByText("A file")).toBeTruthy();
  });

  it("says that the platform is degraded", async () => {
    answering({ "GET /health": () => Response.json({ ...HEALTH, status: "degraded" }) });
    render(<App />);
    expect(await screen.findByText("Degraded: a plugin cannot be used")).toBeTruthy();
  });

  it.each([
    ["no JSON", () => new Response("<html>")],
    ["another shape", () => Response.json({ status: "fine" })],
    ["a list", () => Response.json([])],
    ["no connection", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["a bare status", () => new Response("gone", { status: 502, statusText: "Bad Gateway" })],
  ])("survives an answer that is %s", async (_what, answer) => {
    answering({ "GET /health": answer, "GET /plugins": () => Response.json(PLUGINS) });
    render(<App />);
    expect((await screen.findByRole("alert")).textContent).toMatch(/^Health cannot be shown: ./);
    expect(await screen.findByText("SMA cross")).toBeTruthy();
  });

  it.each([
    [0.4, "0 s"],
    [59.9, "59 s"],
    [61, "1 min 1 s"],
    [86_399, "23 h 59 min"],
    [200_000, "2 d 7 h"],
  ])("of %d seconds is %s", (seconds, text) => expect(uptimeText(seconds)).toBe(text));
});

describe("signing in", () => {
  it("asks for the second factor, and then shows who is signed in", async () => {
    let inside = false;
    location.hash = "#/sign-in";
    answering({
      "GET /users/me": () => (inside ? Response.json(ME) : signedOut()),
      "POST /auth/login": (body) => {
        expect(body).toEqual({ email: "ada@example.org", password: "nine brown otters" });
        return Response.json({ second_factor: "required", expires_ns: "1" });
      },
      "POST /auth/second-factor": (body) => {
        expect(body).toEqual({ code: "123456" });
        inside = true;
        return Response.json({ second_factor: "done", expires_ns: "1" });
      },
      "GET /auth/sessions": () => Response.json({ items: [] }),
    });
    render(<App />);
    type("Mail address", "ada@example.org");
    type("Password", "nine brown otters");
    submit("Password");
    expect(await screen.findByRole("heading", { level: 1, name: "Second factor" })).toBeTruthy();
    type("Code", "123456");
    submit("Code");
    expect(await screen.findByText("Signed in as Ada")).toBeTruthy();
    expect(await screen.findByRole("heading", { level: 1, name: "Security" })).toBeTruthy();
  });

  it("says what is refused in the reader's language, with the time to wait", async () => {
    localStorage.setItem("forexai-language", "id");
    location.hash = "#/sign-in";
    answering({
      "GET /users/me": signedOut,
      "POST /auth/login": () => refusal(429, "rate.limited", { "Retry-After": "90" }),
    });
    render(<App />);
    type("Alamat surel", "a@example.org");
    type("Kata sandi", "x");
    submit("Kata sandi");
    await waitFor(() =>
      expect(screen.getByRole("alert").textContent).toBe("Terlalu banyak percobaan. Coba lagi dalam 90 dtk."),
    );
    expect(document.documentElement.lang).toBe("id");
  });

  it("shows the server's words for a code that the page does not know", async () => {
    location.hash = "#/forgot";
    answering({ "GET /users/me": signedOut, "POST /auth/forgot-password": () => refusal(422, "new.code") });
    render(<App />);
    type("Mail address", "a@example.org");
    submit("Mail address");
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe("the server's own words"));
  });
});

describe("links of mails", () => {
  it("take the token out of the address, and keep it for the form", async () => {
    location.hash = "#/verify?token=abc-DEF_1";
    answering({
      "GET /users/me": signedOut,
      "POST /auth/verify-email": (body) => {
        expect(body).toEqual({ token: "abc-DEF_1", password: "nine brown otters" });
        return new Response(null, { status: 204 });
      },
    });
    render(<App />);
    await waitFor(() => expect(location.hash).toBe("#/verify"));
    type("Password", "nine brown otters");
    submit("Password");
    expect(await screen.findByText(/Your mail address is confirmed/)).toBeTruthy();
  });

  it("take an invitation up after signing in, with the token of the link", async () => {
    let inside = false;
    location.hash = "#/join?token=inv_1";
    answering({
      "GET /users/me": () => (inside ? Response.json(ME) : signedOut()),
      "POST /auth/login": () => {
        inside = true;
        return Response.json({ second_factor: "done", expires_ns: "1" });
      },
      "POST /tenants/join": (body) => {
        expect(body).toEqual({ token: "inv_1" });
        return Response.json({ id: "t1", name: "The desk", role: "trader" });
      },
    });
    render(<App />);
    await screen.findByText(/Sign in with the mail address/);
    type("Mail address", "ada@example.org");
    type("Password", "nine brown otters");
    submit("Password");
    fireEvent.click(await screen.findByRole("button", { name: "Join" }));
    expect(await screen.findByText("You work for The desk now.")).toBeTruthy();
    expect(location.hash).toBe("#/join");
  });

  it("use a log-in link once", async () => {
    location.hash = "#/login?token=once";
    answering({
      "GET /users/me": () => Response.json(ME),
      "POST /auth/login-link": () => Response.json({ second_factor: "done", expires_ns: "1" }),
      "GET /auth/sessions": () => Response.json({ items: [] }),
    });
    render(<App />);
    expect(await screen.findByRole("heading", { level: 1, name: "Security" })).toBeTruthy();
    expect(asked.filter((each) => each === "POST /auth/login-link")).toHaveLength(1);
  });

  it.each([
    ["", { path: "/", token: "" }],
    ["#/sign-in", { path: "/sign-in", token: "" }],
    ["#/reset?token=a%2Bb", { path: "/reset", token: "a+b" }],
  ])("read %s", (hash, place) => expect(placeOf(hash)).toEqual(place));
});

describe("security", () => {
  const session = { id: "s1", agent: "<b>Firefox</b>", address: "192.0.2.7", current: true, seen_ns: "1767225600000000000" };

  it("sets a second factor up, shows the codes once, and signs out everywhere", async () => {
    let inside = true;
    let factor = false;
    location.hash = "#/security";
    answering({
      "GET /users/me": () => (inside ? Response.json({ ...ME, second_factor: factor }) : signedOut()),
      "GET /users/me/stats": () => Response.json({ sessions: 1, tenants: 1, recovery_codes_left: 10 }),
      "GET /auth/sessions": () => Response.json({ items: [session, { ...session, id: "s2", current: false }] }),
      "POST /auth/2fa/enrol": () => Response.json({ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/x?secret=J" }),
      "POST /auth/2fa/confirm": () => {
        factor = true;
        return Response.json({ codes: ["aaaaa-bbbbb", "ccccc-ddddd"] });
      },
      "POST /auth/logout-everywhere": () => {
        inside = false;
        return Response.json({ sessions: 2 });
      },
    });
    render(<App />);
    expect(await screen.findAllByText(/<b>Firefox<\/b> from 192\.0\.2\.7/)).toHaveLength(2);
    type("Password", "nine brown otters");
    submit("Password");
    expect(await screen.findByRole("img", { name: "QR code for the authenticator app" })).toBeTruthy();
    expect(screen.getByText("JBSWY3DPEHPK3PXP")).toBeTruthy();
    type("Code", "123456");
    submit("Code");
    expect(await screen.findByText("ccccc-ddddd")).toBeTruthy();
    fireEvent.click(screen.getByText("I have kept them"));
    expect(screen.queryByText("ccccc-ddddd")).toBeNull();
    expect(await screen.findByText("Recovery codes left: 10")).toBeTruthy();
    fireEvent.click(screen.getByText("Sign out everywhere"));
    expect(await screen.findByRole("heading", { level: 1, name: "Sign in" })).toBeTruthy();
  });

  it("is for nobody who is signed out", async () => {
    location.hash = "#/security";
    answering({ "GET /users/me": signedOut });
    render(<App />);
    expect(await screen.findByRole("heading", { level: 1, name: "Sign in" })).toBeTruthy();
    expect(asked).not.toContain("GET /auth/sessions");
  });
});

describe("every page", () => {
  const pages = ["/", "/sign-in", "/sign-up", "/verify", "/forgot", "/reset", "/join", "/security"];
  it.each(pages.flatMap((page) => [[page, "en"], [page, "id"]] as const))("%s in %s has no finding of axe", async (page, language) => {
    localStorage.setItem("forexai-language", language);
    location.hash = `#${page}`;
    answering({
      "GET /health": () => Response.json(HEALTH),
      "GET /plugins": () => Response.json(PLUGINS),
      "GET /users/me": () => (page === "/security" ? Response.json(ME) : signedOut()),
      "GET /auth/sessions": () =>
        Response.json({
          items: [
            { id: "s1", agent: "Firefox", address: "192.0.2.7", current: true, seen_ns: "1767225600000000000" },
            { id: "s2", agent: "", address: "192.0.2.8", current: false, seen_ns: "1767225600000000000" },
          ],
        }),
    });
    render(<App />);
    await screen.findByRole("heading", { level: 1 });
    if (page === "/security") await screen.findByText(/192\.0\.2\.8/);
    // Colours need a real browser: jsdom lays nothing out.
    const { violations } = await axe.run(document, { rules: { "color-contrast": { enabled: false } } });
    expect(violations.map((each) => `${each.impact ?? ""} ${each.id}: ${each.nodes[0]?.html ?? ""}`)).toEqual([]);
  });
});

describe("words", () => {
  it("fill values in, and leave what is not given", () => {
    expect(say("id", "app.again", { seconds: 5 })).toBe("Coba lagi dalam 5 dtk.");
    expect(say("en", "app.again")).toBe("Try again in {seconds} s.");
  });
});
