import { grouped } from "@cohortium/protocol/charter/sentences";
import { instantText } from "@cohortium/protocol/session/instant";

/** The first twelve digits of a digest or session: enough to tell, and to type. */
export function short(hex: string): string {
  return hex.slice(0, 12);
}

/** `2026-11-22 10:00:05`, UTC. */
export function instant(atMs: number): string {
  return instantText(atMs).slice(0, 19).replace("T", " ");
}

/** `12 s`, `3 min 5 s`, `2 h 1 min`, `3 d 4 h`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** `1,234`. Fractions are rounded: deciles split rows. */
export function count(value: number): string {
  return grouped(Math.round(value));
}

/** `1 session`, `1,234 sessions`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `1,536 bytes`, and from 100 kB on in kB and MB (powers of ten). */
export function bytes(value: number): string {
  if (value < 100_000) return `${grouped(value)} bytes`;
  return value < 10_000_000 ? `${grouped(Math.round(value / 1_000))} kB` : `${grouped(Math.round(value / 1_000_000))} MB`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Enough digits to compare two models by. */
export function quality(value: number): string {
  return value.toFixed(4);
}

/** With its sign, so that a column of them lines up. */
export function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(4)}`;
}
