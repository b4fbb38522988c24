import type { SettingReport } from "../protocol";

/** What every field is given. */
export interface FieldProps {
  /** Of the element that the label names. */
  id: string;
  setting: SettingReport;
  invalid: boolean;
  describedby: string;
  /** Saves a value as TOML or as typed; `null` goes back to the default. */
  wish: (value: string | null) => Promise<void>;
}
