import { wayOutParts } from "../lib/way-out-parts.ts";
import { CopyButton } from "./copy-button.tsx";

/** A way out in words; what can be run in it stands in mono and can be copied. */
export function WayOut({ text }: { text: string }) {
  const { words, command } = wayOutParts(text);
  return (
    <span className="quiet way-out">
      {words}
      {command && (
        <>
          {" "}
          <code>{command}</code> <CopyButton text={command}>Copy</CopyButton>
        </>
      )}
    </span>
  );
}
