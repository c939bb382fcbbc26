import { against, databaseActivity, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { groupBy } from "../group-by.ts";
import { predicate } from "../predicate.ts";
import { count, percent } from "../words.ts";
import { entityOfClient } from "./client-entity.ts";

/**
 * The server's own limit of connections is reached: new clients are refused. Names the client that holds most of them;
 * one that holds them idle in transactions has a leak.
 */
export const connectionLimit = defineCheck({
  id: "connection-limit",
  faultClass: "pool-exhausted",
  alsoNames: ["connection-leak"],
  appliesTo: ["database"],
  needs: { activity: databaseActivity },
  thresholds: {
    /** PostgreSQL keeps 3 of 100 for superusers: beyond 95 % ordinary clients are refused. */
    usedRatio: 0.95,
    roomRatio: 0.7,
    /** Of all connections: beyond, one client is the reason. */
    clientShare: 0.5,
    /** Of the client's own. */
    idleInTransactionShare: 0.5,
    /** Connections idle in a transaction that are no chance of the moment. */
    fewestIdle: 5,
  },
  examine({ entity, scope, activity }, thresholds) {
    const [state] = activity.items;
    if (!state) return unknown(activity.why ?? "what the database does cannot be seen");
    const { used, limit, byClient } = state.connections;
    if (limit <= 0) return unknown("the limit of connections cannot be read");
    const clients = [...groupBy(byClient, ({ client }) => client)].map(([client, rows]) => ({
      client,
      all: rows.reduce((sum, row) => sum + row.count, 0),
      idle: rows
        .filter(({ state: each }) => /idle in transaction/i.test(each))
        .reduce((sum, row) => sum + row.count, 0),
    }));
    const leaks = clients.flatMap(({ client, all, idle }) => {
      if (idle < thresholds.fewestIdle || idle < thresholds.idleInTransactionShare * all) return [];
      const holder = entityOfClient(client, entity, scope);
      const index = byClient.findIndex((row) => row.client === client && /idle in transaction/i.test(row.state));
      return [
        finding({
          entity: holder ?? entity,
          faultClass: "connection-leak",
          evidence: "saturation",
          effect: used / limit,
          sentence: `${holder?.name ?? client} holds ${count(idle, "connection")} of ${entity.name} idle in open transactions, of ${all} that it has`,
          predicate: predicate.field(entity, `connections.byClient.${index}.count`, ">=", byClient[index]?.count ?? 0),
          explains: holder ? [entity.id] : [],
        }),
      ];
    });
    if (used < thresholds.usedRatio * limit) {
      if (leaks.length > 0) return leaks;
      return used < thresholds.roomRatio * limit
        ? against(`${percent(used / limit)} of the allowed connections are open`)
        : quiet();
    }
    const [largest] = clients.sort((left, right) => right.all - left.all);
    const holder =
      largest && largest.all >= thresholds.clientShare * used ? entityOfClient(largest.client, entity, scope) : null;
    return [
      ...leaks,
      finding({
        entity,
        evidence: "saturation",
        effect: used / limit,
        sentence: `${entity.name} has ${used} of ${count(limit, "connection")} open${largest ? `, ${largest.all} of them by ${holder?.name ?? largest.client}` : ""}: new ones are refused`,
        predicate: predicate.field(entity, "connections.used", ">=", Math.floor(thresholds.usedRatio * limit)),
        leads: holder ? [{ entityIds: [holder.id], why: "it holds most of the connections" }] : [],
      }),
    ];
  },
});
