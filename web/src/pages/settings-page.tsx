import type { SettingsView } from "../../../src/server/views.ts";
import { Time } from "../components/time.tsx";
import { refetch, useResource } from "../data/resources.ts";
import { ConnectionRow } from "../features/settings/connection-row.tsx";
import { capital, countWord } from "../lib/format-number.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** What it can see and what is missing; what it may do; what it is. */
export function SettingsPage() {
  const resource = useResource<SettingsView>("/settings");
  useTitle("Settings");
  const { body } = resource;
  if (!body) {
    return (
      <PageStates
        resource={resource}
        title="Settings"
        waitsFor="the connections"
        onRetry={() => void refetch("/settings")}
      />
    );
  }
  const { connections, policy, about, egress, people } = body;
  const lacking = connections.filter(({ state }) => state !== "ready").length;
  return (
    <>
      <header className="lead">
        <h1>
          {capital(countWord(connections.length))} {connections.length === 1 ? "connection" : "connections"},{" "}
          {lacking === 0 ? "all as they should be" : `${countWord(lacking)} with something missing`}.
        </h1>
        <p>
          Settings live in one file{about.configurationFile ? `, ${about.configurationFile}` : ""}; this page shows what
          midwatch made of it.
        </p>
      </header>
      <section aria-labelledby="connections-h">
        <h2 id="connections-h">Connections</h2>
        {connections.length === 0 ? (
          <p className="soft">Nothing is connected. docs/guides shows the few lines for each system.</p>
        ) : (
          <ol className="log tm connections">
            {connections.map((connection) => (
              <ConnectionRow key={connection.name} connection={connection} />
            ))}
          </ol>
        )}
      </section>
      <section className="tt" id="policy">
        <h2>Policy</h2>
        <p className="sub">
          Version {policy.version}
          {policy.file && `, ${policy.file}`}. The strictest rule wins; if all are silent, a person is asked. An
          environment that is not declared is production.
        </p>
        <table className="matrix policy">
          <tbody>
            {policy.environments.map((environment) => (
              <tr key={environment.name}>
                <th scope="row">{environment.name}</th>
                <td data-env="level">
                  <div>{environment.level}</div>
                </td>
                <td data-env="means">
                  <div>{environment.sentence}</div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <details className="open rules">
          <summary>
            {policy.rules.length} {policy.rules.length === 1 ? "rule" : "rules"}
          </summary>
          <ul className="rule-list">
            {policy.rules.map((rule) => (
              <li key={rule.id}>
                <code>{rule.id}</code>
                <span>{rule.sentence}</span>
              </li>
            ))}
          </ul>
        </details>
      </section>
      <div className="cols2 tt">
        <section>
          <h2>Where it may talk to</h2>
          <p className="sub cal-sub">No connection, no outbound call.</p>
          {egress.length === 0 ? (
            <p className="soft small">Nowhere: nothing outside this machine is configured.</p>
          ) : (
            <ul className="rule-list">
              {egress.map(({ host, connection }) => (
                <li key={host + connection}>
                  <code>{host}</code>
                  <span>{connection}</span>
                </li>
              ))}
            </ul>
          )}
          {people.length > 0 && (
            <>
              <h3 className="people-h">People</h3>
              <ul className="rule-list">
                {people.map((person) => (
                  <li key={person.name}>
                    <span>{person.name}</span>
                    <span className="quiet">{person.role}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </section>
        <section>
          <h2>About</h2>
          <dl className="about">
            <dt>version</dt>
            <dd>midwatch {about.version}</dd>
            <dt>running since</dt>
            <dd>
              <Time at={about.startedAt} precision="second" />
            </dd>
            <dt>model</dt>
            <dd>{about.model ?? "none connected: the engine answers alone"}</dd>
            <dt>database</dt>
            <dd>{about.database}</dd>
            {about.dataFolder && (
              <>
                <dt>data</dt>
                <dd>
                  <code>{about.dataFolder}</code>
                </dd>
              </>
            )}
            {about.telemetry.map(({ title, text }) => (
              <div key={title} className="about-row">
                <dt>{title}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <Tabs />
    </>
  );
}
