import type { Migration } from "../migrate.ts";
import { evidence } from "./0001-evidence.sql.ts";
import { incidents } from "./0002-incidents.sql.ts";
import { doors } from "./0003-doors.sql.ts";
import { peopleAndWorkers } from "./0004-people-and-workers.sql.ts";
import { actRequests } from "./0005-act-requests.sql.ts";

/** In order, without gaps. */
export const allMigrations: Migration[] = [evidence, incidents, doors, peopleAndWorkers, actRequests];
