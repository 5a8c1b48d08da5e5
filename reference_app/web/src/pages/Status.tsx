import { useMemo, useState } from "react";
import { type Health, type Offered, readHealth, readPlugins } from "../api";
import { useWords } from "../language";
import { Title } from "../parts/Title";
import { useAnswer } from "../useAnswer";

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

function Failed({ words }: { words: string }) {
  return (
    <p role="alert" className="failed">
      {words}
    </p>
  );
}

function HealthCard({ health }: { health: Health }) {
  const { t } = useWords();
  return (
    <dl className={`card ${health.status}`}>
      <div>
        <dt>{t("status.state")}</dt>
        <dd>{t(health.status === "ok" ? "status.ok" : "status.degraded")}</dd>
      </div>
      <div>
        <dt>{t("status.version")}</dt>
        <dd>{health.version}</dd>
      </div>
      <div>
        <dt>{t("status.plugins")}</dt>
        <dd>{health.plugins}</dd>
      </div>
      <div>
        <dt>{t("status.uptime")}</dt>
        <dd>{uptimeText(health.uptime_s)}</dd>
      </div>
    </dl>
  );
}

function PluginTable({ items }: { items: Offered[] }) {
  const { t } = useWords();
  const [kind, setKind] = useState("");
  const kinds = useMemo(() => [...new Set(items.map((each) => each.kind))], [items]);
  const shown = kind === "" ? items : items.filter((each) => each.kind === kind);
  return (
    <>
      <label>
        {t("status.kind")}{" "}
        <select value={kind} onChange={(event) => setKind(event.target.value)}>
          <option value="">
            {t("status.all")} ({items.length})
          </option>
          {kinds.map((each) => (
            <option key={each} value={each}>
              {each} ({items.filter((offered) => offered.kind === each).length})
            </option>
          ))}
        </select>
      </label>
      {/* A region that scrolls can be reached by keyboard. */}
      <div className="scroll" role="region" aria-label={t("status.offers")} tabIndex={0}>
        <table>
          <caption>{t("status.offers")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("status.kind")}</th>
              <th scope="col">{t("status.name")}</th>
              <th scope="col">{t("status.what")}</th>
              <th scope="col">{t("status.from")}</th>
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

export function Status() {
  const { t } = useWords();
  const health = useAnswer(readHealth, HEALTH_EVERY_MS);
  const plugins = useAnswer(readPlugins);
  return (
    <>
      <Title>{t("app.status")}</Title>
      <section aria-labelledby="health">
        <h2 id="health">{t("status.health")}</h2>
        <div aria-live="polite">
          {health.state === "waiting" && <p>{t("app.waiting")}</p>}
          {health.state === "failed" && <Failed words={t("status.healthFailed", { problem: health.problem })} />}
          {health.state === "here" && <HealthCard health={health.value} />}
        </div>
      </section>
      <section aria-labelledby="plugins">
        <h2 id="plugins">{t("status.plugins")}</h2>
        {plugins.state === "waiting" && <p>{t("app.waiting")}</p>}
        {plugins.state === "failed" && <Failed words={t("status.pluginsFailed", { problem: plugins.problem })} />}
        {plugins.state === "here" && <PluginTable items={plugins.value.items} />}
      </section>
    </>
  );
}
