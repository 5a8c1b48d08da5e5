import { useMemo, useState } from "react";
import { type Health, type Offered, readHealth, readPlugins } from "./api";
import { useAnswer } from "./useAnswer";

const HEALTH_EVERY_MS = 5_000;

export function uptimeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  const largest = parts.findIndex((part) => part > 0);
  const first = largest === -1 ? parts.length - 1 : largest;
  return parts
    .map((part, place) => `${part} ${["d", "h", "min", "s"][place]}`)
    .slice(first, first + 2)
    .join(" ");
}

function Failed({ what, problem }: { what: string; problem: string }) {
  return (
    <p role="alert" className="failed">
      {what} cannot be shown: {problem}
    </p>
  );
}

function HealthCard({ health }: { health: Health }) {
  const words = health.status === "ok" ? "Everything works" : "Degraded: a plugin cannot be used";
  return (
    <dl className={`card ${health.status}`}>
      <div>
        <dt>Status</dt>
        <dd>{words}</dd>
      </div>
      <div>
        <dt>Version</dt>
        <dd>{health.version}</dd>
      </div>
      <div>
        <dt>Plugins</dt>
        <dd>{health.plugins}</dd>
      </div>
      <div>
        <dt>Up for</dt>
        <dd>{uptimeText(health.uptime_s)}</dd>
      </div>
    </dl>
  );
}

function PluginTable({ items }: { items: Offered[] }) {
  const [kind, setKind] = useState("");
  const kinds = useMemo(() => [...new Set(items.map((each) => each.kind))], [items]);
  const shown = kind === "" ? items : items.filter((each) => each.kind === kind);
  return (
    <>
      <label>
        Kind{" "}
        <select value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">all ({items.length})</option>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {each} ({items.filter((offered) => offered.kind === each).length})
            </option>
          ))}
        </select>
      </label>
      <div className="scroll">
        <table>
          <caption>What the installed plugins offer</caption>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Name</th>
              <th scope="col">What it is</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((each) => (
              <tr key={`${each.kind} ${each.name}`}>
                <td>{each.kind}</td>
                <th scope="row">
                  <code>{each.name}</code>
                </th>
                <td>
                  <strong>{each.title}</strong>
                  {each.summary && <br />}
                  {each.summary}
                </td>
                <td>
                  {each.distribution || each.plugin} {each.version}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

export function App() {
  const health = useAnswer(readHealth, HEALTH_EVERY_MS);
  const plugins = useAnswer(readPlugins);
  return (
    <main>
      <h1>ForexAI</h1>
      <section aria-labelledby="health">
        <h2 id="health">Health</h2>
        <div aria-live="polite">
          {health.state === "waiting" && <p>Asking the server…</p>}
          {health.state === "failed" && <Failed what="Health" problem={health.problem} />}
          {health.state === "here" && <HealthCard health={health.value} />}
        </div>
      </section>
      <section aria-labelledby="plugins">
        <h2 id="plugins">Plugins</h2>
        {plugins.state === "waiting" && <p>Asking the server…</p>}
        {plugins.state === "failed" && <Failed what="The plugins" problem={plugins.problem} />}
        {plugins.state === "here" && <PluginTable items={plugins.value.items} />}
      </section>
    </main>
  );
}
