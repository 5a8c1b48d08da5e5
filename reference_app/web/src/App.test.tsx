import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { App, uptimeText } from "./App";

const HEALTH = { status: "ok", version: "1.2.3", plugins: 6, uptime_s: 3_725.5 };
const OFFERED = { summary: "", plugin: "core", distribution: "forexai-core", version: "1.2.3", tier: "free" };
const PLUGINS = {
  problems: 0,
  items: [
    { ...OFFERED, kind: "strategy", name: "sma-cross", title: "SMA cross" },
    { ...OFFERED, kind: "data", name: "file", title: "A file", summary: "Bars <b>or</b> ticks." },
  ],
};

function answering(answers: Record<string, () => Response | Promise<Response>>): void {
  vi.stubGlobal("fetch", (path: string) => Promise.resolve((answers[path] ?? (() => new Response("", { status: 404 })))()));
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the page", () => {
  it("shows health and plugins, and plugins of one kind", async () => {
    answering({ "/health": () => Response.json(HEALTH), "/api/v1/plugins": () => Response.json(PLUGINS) });
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
    answering({ "/health": () => Response.json({ ...HEALTH, status: "degraded" }) });
    render(<App />);
    expect(await screen.findByText("Degraded: a plugin cannot be used")).toBeTruthy();
  });

  it("says the server's own words about a problem, and goes on showing the rest", async () => {
    const problem = { title: "Service Unavailable", status: 503, detail: "The plugins are being upgraded." };
    answering({
      "/health": () => Response.json(HEALTH),
      "/api/v1/plugins": () => Response.json(problem, { status: 503 }),
    });
    render(<App />);
    expect((await screen.findByRole("alert")).textContent).toBe(
      "The plugins cannot be shown: The plugins are being upgraded.",
    );
    expect(await screen.findByText("Everything works")).toBeTruthy();
  });

  it.each([
    ["no JSON", () => new Response("<html>")],
    ["another shape", () => Response.json({ status: "fine" })],
    ["a list", () => Response.json([])],
    ["no connection", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["a bare status", () => new Response("gone", { status: 502, statusText: "Bad Gateway" })],
  ])("survives an answer that is %s", async (_what, answer) => {
    answering({ "/health": answer, "/api/v1/plugins": () => Response.json(PLUGINS) });
    render(<App />);
    expect((await screen.findByRole("alert")).textContent).toMatch(/^Health cannot be shown: ./);
    expect(await screen.findByText("SMA cross")).toBeTruthy();
  });
});

describe("uptime", () => {
  it.each([
    [0.4, "0 s"],
    [59.9, "59 s"],
    [61, "1 min 1 s"],
    [86_399, "23 h 59 min"],
    [200_000, "2 d 7 h"],
  ])("of %d seconds is %s", (seconds, text) => expect(uptimeText(seconds)).toBe(text));
});
