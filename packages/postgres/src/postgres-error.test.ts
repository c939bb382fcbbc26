import { describe, expect, it } from "vitest";
import { explainFailure } from "./postgres-error.ts";

describe("explainFailure", () => {
  it("recognises a full disk by error code and by what PostgreSQL says", () => {
    const byCode = explainFailure("writing", "/data", "", Object.assign(new Error("write"), { code: "ENOSPC" }));
    const byText = explainFailure("starting", "/data", 'FATAL: could not write file "pg_wal": No space left on device');
    expect([byCode.code, byText.code]).toEqual(["DISK_FULL", "DISK_FULL"]);
    expect(byText.wayOut).toContain("Free some space");
  });

  it("recognises a disk that had room for half a write", () => {
    const said =
      'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 9\nHINT:  Check free disk space.';
    expect(explainFailure("initdb", "/data", said).code).toBe("DISK_FULL");
  });

  it("recognises a read-only file system as missing permission", () => {
    expect(explainFailure("starting", "/data", "Read-only file system").code).toBe("NO_PERMISSION");
  });

  it("hands on the last lines of anything else", () => {
    const error = explainFailure("starting", "/data", "one\ntwo\nFATAL: bogus data in lock file");
    expect(error.code).toBe("START_FAILED");
    expect(error.message).toContain("bogus data");
  });
});
