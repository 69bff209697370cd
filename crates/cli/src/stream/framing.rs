//! From pieces of input to messages: a line may contain several, and so may a wrapper.

use std::ops::ControlFlow;

use memchr::memmem;

use crate::input::Message;
use hydrant::wrapper::{self, Unwrapped};
use hydrant::{Error, ErrorKind};

/// How messages are extracted.
#[derive(Clone, Copy)]
pub(crate) struct Framing {
    /// Whether messages are taken out of wrappers.
    pub(crate) unwrap: bool,
    /// The limit on the size of a message.
    pub(crate) max_bytes: usize,
}

/// The callbacks for messages.
pub(crate) trait Handler {
    /// Handles a message, and may end the run. It does nothing if it refuses the message, which may
    /// then be separated into several.
    fn message(&mut self, message: &Message<'_>) -> Result<ControlFlow<()>, Error>;

    /// Handles one that is refused.
    fn refused(&mut self, message: &Message<'_>, error: Error) -> ControlFlow<()>;
}

/// The deepest nesting of wrappers that is unwrapped.
const MAX_DEPTH: usize = 8;

impl Framing {
    /// Handles a message, or all messages in it. Breaks if the run ends.
    pub(crate) fn handle(
        self,
        message: &Message<'_>,
        handler: &mut impl Handler,
    ) -> ControlFlow<()> {
        let mut message = *message;
        message.unwrap = self.unwrap;
        self.handle_at(0, &message, handler)
    }

    /// The same at this depth of wrappers.
    fn handle_at(
        self,
        depth: usize,
        message: &Message<'_>,
        handler: &mut impl Handler,
    ) -> ControlFlow<()> {
        // The parser takes a CloudEvent whose `type` is one of the protocol for a message.
        if self.unwrap
            && depth < MAX_DEPTH
            && memmem::find(message.body, b"\"specversion\"").is_some()
            && let Ok(Some(unwrapped)) = wrapper::unwrap(message.body)
        {
            return self.unwrapped(depth + 1, message, &unwrapped, handler);
        }
        let error = match handler.message(message) {
            Ok(flow) => return flow,
            Err(error) => error,
        };
        if let Some(mut messages) = message.split(self.max_bytes) {
            return messages.try_for_each(|message| self.handle_at(depth, &message, handler));
        }
        if error.kind() != ErrorKind::Wrapped || !self.unwrap || depth == MAX_DEPTH {
            return handler.refused(message, error);
        }
        match wrapper::unwrap(message.body) {
            Ok(Some(unwrapped)) => self.unwrapped(depth + 1, message, &unwrapped, handler),
            Ok(None) => handler.refused(message, error),
            Err(error) => handler.refused(message, error),
        }
    }

    fn unwrapped(
        self,
        depth: usize,
        message: &Message<'_>,
        unwrapped: &Unwrapped<'_>,
        handler: &mut impl Handler,
    ) -> ControlFlow<()> {
        for (index, text) in unwrapped.texts().enumerate() {
            let text = match text {
                Ok(text) => text,
                Err(error) => {
                    handler.refused(message, error)?;
                    continue;
                }
            };
            let Message { source, line, .. } = message;
            let (number, wrapper) = (index + 1, unwrapped.wrapper());
            let source = format!("{source}:{line} (text {number} of {wrapper})");
            for message in message.all_in(&source, &text, self.max_bytes) {
                self.handle_at(depth, &message, handler)?;
            }
        }
        ControlFlow::Continue(())
    }
}
