import { z } from "zod";
import { plainLine } from "../text/plain.js";

/** Text that some party wrote, made harmless for a terminal where it enters. */
export const line = z.string().transform(plainLine);
export const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const session = z.string().regex(/^[0-9a-f]{32}$/);
export const atMs = z.number();
