// Where no language is set (LANG=C), WebKit reports the user's language as “C”, which no formatter
// accepts: the chart's would stop the whole page as it is loaded. Must come before every other import.
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

if (!isLanguage(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: "en" });
}

export {};
