//! What to do about an error, and what the outcomes mean, for somebody who has not read the
//! documentation.

import type { Declared, Outcome, ParseError, RefusedRequest, Summary } from "./types.js";

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

/** What is wrong, in one sentence. */
export function headline(error: ParseError): string {
  if (!error.cut_off) return error.message;
  return /closing quote/.test(error.message)
    ? "the text ends inside a string: the message was cut off, or a quotation mark is missing"
    : "the text ends before the message is complete: it was cut off, or brackets are missing";
}

/** What to change in the message. */
export function hint(error: ParseError): string {
  if (error.cut_off) return "Send the whole text. The mark is where it ends or, if it ends inside a string, where that string begins.";
  switch (error.kind) {
    case "empty_input":
      return "Send the JSON text of one message as the body of the request.";
    case "too_large":
      return "Send a smaller message: split the events, or raise the limit of the program.";
    case "encoding":
    case "invalid_utf8":
      return "Encode the text as UTF-8.";
    case "syntax":
      return "From the marked position on, the text is not JSON. Usual causes: a comma too many or too few, a quotation mark that is not closed, single quotes, a word that is not in quotes.";
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
      return error.path === "" && error.declared?.values.length
        ? "Send a message, with its type in the field `type`, and nothing around it. Usual causes: another object or list around the message, or the name of the field is misspelt."
        : "Add the field to the marked object.";
    case "unknown_value":
      return "Use one of the values below.";
    case "lone_surrogate":
      return "Escape the character as a pair, such as \\ud83d\\ude00, or write it as UTF-8.";
    case "unsupported_message":
      return "A module receives requests. Send one of the samples of the composer to see what they look like.";
    case "wrapped":
      return "This is an event of another service, and the message is only a part of it. Send only the message, as the event has it, without the escapes or the Base64 of the event. A function on AWS Lambda with hydrant-lambda takes the event apart by itself; this program does not.";
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
  const { meaning } = outcomes[summary.outcome];
  const partly = summary.outcome === "answered" && summary.unhandled > 0;
  return `HTTP ${summary.status}. ${partly ? "Answered, although not everything was handled. The sender is done with this message." : meaning}`;
}

/** What an event of an unknown type means, for the sender and the module. */
export const UNHANDLED = "No handler has processed it, unless the module has one for unknown types. The message was answered all the same, so that the sender does not repeat it.";

/** What to do about a request that was refused before it was processed. */
export function refusalHint(request: RefusedRequest): string {
  switch (request.kind) {
    case "unauthorized":
      return "Compare the token of the sender with those of this program, which it reads from the file of --tokens-file and from HYDRANT_TOKENS. The request needs the header `Authorization: Token TOKEN`, with one of them. Only a registration request needs none.";
    case "not_found":
      return `Nothing is at ${request.path}. Send messages to the path of this program, which is / unless it was configured otherwise.`;
    case "method_not_allowed":
      return `Send messages by POST, not by ${request.method}.`;
    case "content_encoding":
      return "Send the body without compression, or with gzip or zstd, and say so in the header `Content-Encoding`.";
    case "zstd_window":
      return "Compress with a window of at most 8 MiB: a level of zstd below 20, without `--long`.";
    case "too_large":
      return "Send a smaller message: split the events, or raise the limit of the program (--max-body-bytes).";
    case "slow_body":
      return "The body did not arrive in time: look for a slow network or a sender that does not write all of it.";
    case "broken_body":
      return "The connection ended before the body was complete, or `Content-Length` is not its length.";
    case "broken_compression":
      return "The body is not what `Content-Encoding` says: compress it so, or leave the header out.";
    case "wrong_endpoint":
      return `${request.path} takes messages of another type: send this one to the path for its type.`;
    case "overloaded":
      return "The program was busy. The sender repeats the message; raise the limits if this happens often.";
    default:
      return "The program was shutting down. The sender repeats the message.";
  }
}
