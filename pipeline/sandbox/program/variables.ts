/** The variables that a stage's process finds in its environment, the same on every machine. */
import { SYSTEM_PATH } from "../wall/system.ts";

/** What every process of a stage finds in its environment, and nothing else. */
export const ENVIRONMENT = {
  TZ: "UTC",
  LANG: "C",
  LC_ALL: "C",
  NO_COLOR: "1",
} as const;

/** Besides what every stage gets: what makes interpreters give equal bytes. */
export const PROGRAM_ENVIRONMENT = {
  ...ENVIRONMENT,
  PATH: SYSTEM_PATH,
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  SOURCE_DATE_EPOCH: "946684800",
} as const;
