import fs from "node:fs";
import path from "node:path";

/** The account that PostgreSQL's processes run as. Undefined ids mean: the account of this process. */
export interface OperatingUser {
  uid?: number;
  gid?: number;
  name: string;
}

/**
 * PostgreSQL refuses to run as root. Where we are root, it runs as the owner of an existing data directory, else as
 * `postgres`, else as `nobody` (65534 where no account database says otherwise). Where we are not root: as ourselves.
 */
export function chooseOperatingUser(dataDirectory: string): OperatingUser {
  if (process.getuid?.() !== 0) return { name: "the current user" };
  const accounts = readAccounts();
  const owner = ownerOf(dataDirectory);
  if (owner !== undefined && owner.uid !== 0) {
    const known = accounts.find((account) => account.uid === owner.uid);
    return known ?? { ...owner, name: `user ${owner.uid}` };
  }
  const named = ["postgres", "nobody"].map((name) => accounts.find((account) => account.name === name));
  return named.find((account) => account !== undefined) ?? { uid: 65534, gid: 65534, name: "nobody" };
}

/**
 * The first directory or file on the way to `target` that the user may not enter, or not read where it is the last
 * one; undefined where all is well. Parts that do not exist yet are ours to create and count as fine.
 * Looks at permission bits only: access lists are found out when PostgreSQL itself fails.
 */
export function firstUnreachable(target: string, user: OperatingUser): string | undefined {
  if (user.uid === undefined) return undefined;
  const parts = path.resolve(target).split(path.sep).filter(Boolean);
  let current = "/";
  for (const part of ["", ...parts]) {
    current = path.join(current, part);
    const stat = fs.statSync(current, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
    const wanted = stat.isDirectory() ? 0o1 : 0o4;
    if (((stat.mode >> shift) & wanted) === 0) return current;
  }
  return undefined;
}

function ownerOf(directory: string): { uid: number; gid: number } | undefined {
  const stat = fs.statSync(directory, { throwIfNoEntry: false });
  return stat === undefined ? undefined : { uid: stat.uid, gid: stat.gid };
}

/** Accounts of /etc/passwd; empty where there is no such file (a minimal container). */
function readAccounts(): Required<OperatingUser>[] {
  let text: string;
  try {
    text = fs.readFileSync("/etc/passwd", "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter((fields) => fields.length > 3)
    .map((fields) => ({ name: fields[0]!, uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 }));
}
