import { Link } from "wouter";
import { type Block, type Inline, parseMarkdown } from "../lib/parse-markdown.ts";

/** The report as elements, never as HTML text: what stands in it came from outside. */
export function Markdown({ text }: { text: string }) {
  // biome-ignore lint/suspicious/noArrayIndexKey: blocks of a text have no other identity
  return parseMarkdown(text).map((block, index) => <MarkdownBlock key={index} block={block} />);
}

function MarkdownBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading":
      return block.level <= 1 ? (
        <h3 className="report-title">{inlines(block.text)}</h3>
      ) : block.level === 2 ? (
        <h3>{inlines(block.text)}</h3>
      ) : (
        <h4>{inlines(block.text)}</h4>
      );
    case "list": {
      const List = block.isOrdered ? "ol" : "ul";
      return (
        <List className="md-list">
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <li key={index}>{inlines(item)}</li>
          ))}
        </List>
      );
    }
    case "code":
      return <pre className="logx">{block.text}</pre>;
    case "table":
      return (
        <div className="graph-scroll">
          <table className="steps">
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <th key={index}>{inlines(cell)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <tr key={index}>
                  {row.map((cell, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    <td key={place}>{inlines(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "paragraph":
      return <p>{inlines(block.text)}</p>;
  }
}

function inlines(parts: Inline[]): React.ReactNode {
  return parts.map((part, index) => inlineOf(part, `${index}`));
}

function inlineOf(part: Inline, key: string): React.ReactNode {
  switch (part.kind) {
    case "bold":
      return <b key={key}>{part.text}</b>;
    case "italic":
      return <i key={key}>{part.text}</i>;
    case "code":
      return <code key={key}>{part.text}</code>;
    case "link":
      return part.href.startsWith("/") ? (
        <Link key={key} href={part.href}>
          {part.text}
        </Link>
      ) : (
        <a key={key} href={part.href} target="_blank" rel="noreferrer">
          {part.text}
        </a>
      );
    case "text":
      return part.text;
  }
}
