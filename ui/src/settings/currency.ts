// The currency of the user's region, for whoever never chose one.

import countryToCurrency from "country-to-currency";

declare global {
  interface Window {
    /** The language tag that the system formats money in; the window process sets it. */
    monetaryLocale?: string;
  }
}

/** Such as `CHF` for `de-CH`; `null` where the region is not known. */
export function localCurrency(tag = window.monetaryLocale ?? navigator.language): string | null {
  try {
    const region = new Intl.Locale(tag).maximize().region;
    const known: Record<string, string | undefined> = countryToCurrency;
    return (region && known[region]) ?? null;
  } catch {
    return null;
  }
}
