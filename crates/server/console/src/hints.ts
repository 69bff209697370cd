//! What to do about an error, and what the outcomes mean, for somebody who has not read the
//! documentation.

import type { Declared, Outcome, ParseError, Summary } from "./types.js";

export const outcomes: Record<Outcome, { label: string; meaning: string }> = {
  answered: { label: "answered", meaning: "Processed. The sender is done with this message." },
  retry: { label: "retry", meaning: "Not processed completely. The sender sends the whole message again later." },
  rejected: {
    label: "rejected",
    meaning: "The module can never process a part of it, and nothing stores that part. The sender repeats the message until it gives up.",
  },
  refused: {
    label: "refused",
    meaning: "Not processed. The sender does not repeat it: to a real sender, this data would be lost.",
  },
};

/** What to change in the message. */
export function hint(error: ParseError): string {
  switch (error.kind) {
    case "empty_input":
      return "Send the JSON text of one message as the body of the request.";
    case "too_large":
      return "Send a smaller message: split the events, or raise the limit of the program.";
    case "encoding":
    case "invalid_utf8":
      return "Encode the text as UTF-8.";
    case "syntax":
      return "From the marked position on, the text is not JSON. Usual causes: a comma too many or too few, a quotation mark that is not closed, single quotes, a text that was cut off.";
    case "too_deep":
      return "Nest objects and lists less deeply.";
    case "trailing_text":
      return "Send one message per request. Remove everything after its closing brace.";
    case "unexpected_type":
    case "invalid_value":
      return error.declared ? `Replace the marked value by: ${error.declared.type}.` : "Replace the marked value.";
    case "null_element":
      return "Replace null by an object, or remove it.";
    case "missing_field":
      return "Add the field to the marked object.";
    case "unknown_value":
      return "Use one of the values below.";
    case "lone_surrogate":
      return "Escape the character as a pair, such as \\ud83d\\ude00, or write it as UTF-8.";
    case "unsupported_message":
      return "A module receives requests. Send one of the samples of the composer to see what they look like.";
    case "wrapped":
      return "This is an event of another service that contains messages. Send the message inside it.";
    default:
      return "Change the marked place.";
  }
}

/** `a list of Event; required` */
export function shape(declared: Declared): string {
  return declared.presence === "optional" ? declared.type : `${declared.type}; ${declared.presence}`;
}

/** Where an error is, in words: `at events[0].name, line 3, column 7 (byte 61)`. */
export function place(error: ParseError): string {
  const parts: string[] = [];
  if (error.path !== "") parts.push(`at ${error.path}`);
  if (error.line !== null) parts.push(`line ${error.line}, column ${error.column} (byte ${error.byte})`);
  return parts.join(", ");
}

/** The answer in words, for the head of a message. */
export function answer(summary: Summary): string {
  return `HTTP ${summary.status}. ${outcomes[summary.outcome].meaning}`;
}
