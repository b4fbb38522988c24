import type { SettingReport } from "../protocol";

export type SettingValue = SettingReport["value"];

/** The properties of every field. */
export interface FieldProps {
  /** Of the element that the label names. */
  id: string;
  setting: SettingReport;
  invalid: boolean;
  describedby: string;
  /** Saves a value; `null` goes back to the default. True when it was accepted. */
  wish: (value: SettingValue) => Promise<boolean>;
}
