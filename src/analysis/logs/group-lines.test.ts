import { describe, expect, it } from "vitest";
import { groupLines } from "./group-lines.ts";
import { readLogRecord } from "./read-log-record.ts";

const traces: Record<string, { text: string; records: number; type: string; frame: string }> = {
  "a chain of Java exceptions": {
    text: `2026-03-01 03:00:00,123 ERROR [main] shop.Api - order failed
java.lang.IllegalStateException: no stock
	at shop.Orders.place(Orders.java:31)
	at org.springframework.web.Filter.run(Filter.java:9)
Caused by: java.sql.SQLException: connection closed
	at shop.Store.read(Store.java:7)
	... 12 more
2026-03-01 03:00:01,000 INFO [main] shop.Api - next`,
    records: 2,
    type: "java.lang.IllegalStateException ← java.sql.SQLException",
    frame: "shop.Store.read",
  },
  "a Node error": {
    text: `Error: cannot read stock
    at readStock (/app/src/stock.js:10:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
listening on port 80`,
    records: 2,
    type: "Error",
    frame: "readStock",
  },
  "a Python traceback": {
    text: `Traceback (most recent call last):
  File "/app/shop/cart.py", line 3, in add
    price(item)
  File "/app/shop/price.py", line 9, in price
    return prices[item]
KeyError: 'apple'
cart started`,
    records: 2,
    type: "KeyError",
    frame: "price.price",
  },
  "a Go panic": {
    text: `panic: assignment to entry in nil map

goroutine 1 [running]:
main.fill(0xc000012345)
	/app/main.go:12 +0x1d
main.main()
	/app/main.go:5 +0x2a
exit status 2`,
    records: 1,
    type: "panic",
    frame: "main.fill",
  },
  "a .NET exception": {
    text: `Unhandled exception. System.InvalidOperationException: no stock
   at Shop.Orders.Place(String id) in /app/Orders.cs:line 4
   at System.Threading.Tasks.Task.Run()`,
    records: 1,
    type: "System.InvalidOperationException",
    frame: "Shop.Orders.Place",
  },
};

describe("lines that belong together", () => {
  for (const [name, { text, records, type, frame }] of Object.entries(traces)) {
    it(`are one record: ${name}`, () => {
      const grouped = groupLines(text.split("\n"));
      expect(grouped).toHaveLength(records);
      const { exception } = readLogRecord(grouped[0] as string);
      expect(exception?.type).toBe(type);
      expect(exception?.frames[0]).toBe(frame);
    });
  }

  it("stay apart when each begins with a time", () => {
    expect(groupLines(["03:00:00 one", "03:00:01 two"])).toHaveLength(2);
  });

  it("loses no line and keeps their order", () => {
    const lines = ["  leading", "a", "", "\tat x.y(Z.java:1)", "b", "{}", "  c"];
    expect(groupLines(lines).join("\n")).toBe(lines.join("\n"));
  });

  it("ends a record that never ends", () => {
    expect(groupLines(["start", ...Array<string>(1200).fill("  more")]).length).toBeGreaterThan(1);
  });
});
