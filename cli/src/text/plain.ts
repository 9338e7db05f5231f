/**
 * Text from elsewhere as one harmless line: control characters, which could move the cursor or recolour what stands before, become dots.
 * So do the characters that turn the direction of text around, by which a line can read other than it is.
 */
export function plainLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "·");
}

/** The same, line breaks kept. */
export function plainText(text: string): string {
  return text.split("\n").map(plainLine).join("\n");
}
