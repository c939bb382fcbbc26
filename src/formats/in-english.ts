/**
 * What an alert says in German, in the English words that the readers of numbers, times and names know: word by word and no
 * sentence for people, who see what was written. Names stay as they are. Numbers lose their decimal comma in every text, and
 * in German ones the points between thousands. English text comes back otherwise unchanged.
 */
export function inEnglish(text: string): string {
  const pointed = text.replace(
    /(?<![\d.,])(\d{1,3}(?:\.\d{3})+|\d{1,4}),(\d{1,2})(?=\s?(?:%|[a-zµ]))/gi,
    pointedNumber,
  );
  if (!german.test(text)) return pointed;
  const plain = pointed.replace(/(?<![\d.,:/-])\d{1,3}(?:\.\d{3})+(?![\d.,:/-])/g, (number) =>
    number.replaceAll(".", ""),
  );
  return dictionary.reduce((told, [pattern, english]) => told.replace(pattern, english), plain);
}

function pointedNumber(_written: string, whole: string, fraction: string): string {
  return `${whole.replaceAll(".", "")}.${fraction}`;
}

const word = (words: string): RegExp => new RegExp(String.raw`(?<![\p{L}\d_.-])(?:${words})(?![\p{L}\d_-])`, "giu");

/** Words that English has not, nor names of services. */
const german = new RegExp(
  word(
    "seit|ist|sind|wird|nicht|nur|und|für|über|uhr|fehler|fehlerrate|anfragen|störung|ausfall|minuten|sekunden|stunden?|prozent|langsam|latenz|antwortzeit|zertifikat|festplatte|datenbank|speicher|nachrichten|schwelle|kaputt",
  ).source,
  "iu",
);

/** Longer ones first where one holds another. */
const dictionary: [RegExp, string][] = [
  [
    word(String.raw`vor (?:etwa |ungefähr |rund |ca\. )?(\d+(?:\.\d+)?) (sekunden|minuten?|min\.?|stunden?|tagen?)`),
    "started $1 $2 ago",
  ],
  [word("einer halben stunde"), "half an hour"],
  [word("einer(?= stunde| minute)"), "an"],
  [word(String.raw`seit(?: (?:heute|früh|etwa|ungefähr|rund|circa|ca\.?|gegen|um)(?= ))*`), "since"],
  [word(String.raw`ab(?= \d{1,2}[:.]\d\d)`), "since"],
  [/(\d{1,2}):(\d\d) Uhr\b/gi, "$1:$2"],
  [/(?<![\d:.])(\d{1,2})\.(\d\d) Uhr\b/gi, "$1:$2"],
  [/(?<![\d:.])(\d{1,2}) Uhr\b/gi, "$1:00"],
  [word("sekunden?|sek\\.?"), "seconds"],
  [word("minuten?|min\\."), "minutes"],
  [word("stunden?|std\\.?"), "hours"],
  [word("tagen?"), "days"],
  [word("prozent"), "percent"],
  [word("fehlerraten?|fehlerquoten?"), "error rate"],
  [word("fehlern?|fehlschläge"), "errors"],
  [word("fehlgeschlagene?n?|schlagen|schlägt|scheitern|kaputt"), "failing"],
  [word("([45]\\d\\d)ern?"), "$1 errors"],
  [word("anfragen?|aufrufen?"), "requests"],
  [word("antwortzeit(?:en)?"), "response time"],
  [word("latenz(?:en)?"), "latency"],
  [word("langsam\\p{L}*|träge"), "slow"],
  [word("arbeitsspeicher|speicher"), "memory"],
  [word("festplatten?|platten?"), "disk"],
  [word("warteschlangen?"), "queue"],
  [word("nachrichten"), "messages"],
  [word("verbindungen"), "connections"],
  [word("zertifikate?"), "certificate"],
  [word("läuft|abgelaufen"), "expires"],
  [word("totalausfall|ausfall|ausgefallen"), "outage"],
  [word("störung(?:en)?"), "degraded"],
  [word("nicht (?:mehr )?erreichbar"), "unreachable"],
  [word("kritisch\\p{L}*"), "critical"],
  [word("schwell(?:e|wert)|grenz(?:e|wert)"), "threshold"],
  [word("produktion"), "production"],
  [word("umgebung"), "environment"],
  [word("auslastung"), "usage"],
  [word("datenbank"), "database"],
  [word("dienst"), "service"],
  [word("über"), "above"],
  [word("unter"), "below"],
  [word("bei|zu"), "at"],
  [word("auf"), "on"],
  [word("aller|der|von|des"), "of"],
  [word("mit"), "with"],
  [word("für"), "for"],
  [word("statt"), "instead of"],
  [word("ist|liegt"), "is"],
  [word("sind"), "are"],
  [word("antwortet|antworten"), "answers"],
];
