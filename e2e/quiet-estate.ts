/** The lab's own names and sizes, with fewer users and less to fill its database with: it is ready sooner and works less. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { root } from "./children.ts";

/** Writes it into the folder and says where. */
export function writeQuietEstate(directory: string): string {
  const estate = parseDocument(readFileSync(path.join(root, "lab", "estate.yaml"), "utf8"));
  estate.setIn(["load", "journeysPerSecond"], 1);
  estate.setIn(["data", "orders"], 6000);
  estate.setIn(["data", "orderItems"], 30_000);
  const file = path.join(directory, "estate.yaml");
  writeFileSync(file, String(estate));
  return file;
}
