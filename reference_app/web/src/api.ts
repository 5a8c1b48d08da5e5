// What the server tells. Answers are checked before they are shown: a proxy in between may answer anything.

export interface Health {
  status: "ok" | "degraded";
  version: string;
  plugins: number;
  uptime_s: number;
}

export interface Offered {
  kind: string;
  name: string;
  title: string;
  summary: string;
  plugin: string;
  distribution: string;
  version: string;
  tier: string;
}

export interface PluginList {
  items: Offered[];
  problems: number;
}

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasTexts(value: Fields, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === "string");
}

function isHealth(value: unknown): value is Health {
  return (
    isObject(value) &&
    (value["status"] === "ok" || value["status"] === "degraded") &&
    hasTexts(value, ["version"]) &&
    typeof value["plugins"] === "number" &&
    typeof value["uptime_s"] === "number"
  );
}

const OFFERED = ["kind", "name", "title", "summary", "plugin", "distribution", "version", "tier"] as const;

function isPluginList(value: unknown): value is PluginList {
  return (
    isObject(value) &&
    typeof value["problems"] === "number" &&
    Array.isArray(value["items"]) &&
    value["items"].every((each) => isObject(each) && hasTexts(each, OFFERED))
  );
}

/** The words of a problem-details answer, or of the status where it has none. */
async function problemOf(response: Response): Promise<string> {
  try {
    const told: unknown = await response.json();
    if (isObject(told)) {
      const words = told["detail"] ?? told["title"];
      if (typeof words === "string" && words) return words;
    }
  } catch {
    // not JSON: the status says it
  }
  return `The server answered ${response.status} ${response.statusText}`.trim();
}

async function read<T>(path: string, fits: (value: unknown) => value is T, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { Accept: "application/json" }, signal });
  if (!response.ok) throw new Error(await problemOf(response));
  const told: unknown = await response.json();
  if (!fits(told)) throw new Error(`The server's answer to ${path} is not what this page knows. Reload the page.`);
  return told;
}

export const readHealth = (signal: AbortSignal): Promise<Health> => read("/health", isHealth, signal);
export const readPlugins = (signal: AbortSignal): Promise<PluginList> => read("/api/v1/plugins", isPluginList, signal);
