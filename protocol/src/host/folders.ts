import { isAbsolute, join } from "node:path";

/** Where a process of ours keeps its configuration and what it must not lose. */
export interface Folders {
  readonly configFolder: string;
  readonly dataFolder: string;
}

/**
 * `COHORTIUM_HOME` if set; otherwise the XDG base directories.
 *
 * @param homeFolder - The user's home, an absolute path.
 */
export function chooseFolders(environment: Readonly<Record<string, string | undefined>>, homeFolder: string): Folders {
  const home = environment["COHORTIUM_HOME"];
  if (home !== undefined && home !== "") return { configFolder: home, dataFolder: join(home, "data") };
  return {
    configFolder: join(xdg(environment["XDG_CONFIG_HOME"], join(homeFolder, ".config")), "cohortium"),
    dataFolder: join(xdg(environment["XDG_DATA_HOME"], join(homeFolder, ".local", "share")), "cohortium"),
  };
}

/** XDG Base Directory Specification: unset, empty and relative paths count as absent. */
function xdg(folder: string | undefined, fallback: string): string {
  return folder !== undefined && isAbsolute(folder) ? folder : fallback;
}
